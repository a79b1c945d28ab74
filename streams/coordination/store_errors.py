"""The database's refusals in our words: away for now, or damaged for good."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection

from common import database_errors
from streams.core.commits import StoreDamagedError, StoreDownError

P = ParamSpec("P")
T = TypeVar("T")


def translate_errors(method: Callable[P, T]) -> Callable[P, T]:
    """Makes StoreDownError of a database that is away, locked, full, read-only or gave up on us; the next call connects
    anew. Makes StoreDamagedError of a damaged one."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (OperationalError, InterfaceError, InternalError) as error:
            connection.close()
            raise StoreDownError(database_errors.sentence(error)) from error
        except DatabaseError as error:  # of no class of its own: SQLite says so of a damaged file
            if type(error) is not DatabaseError:
                raise
            connection.close()
            raise StoreDamagedError(database_errors.sentence(error)) from error

    return wrapper
