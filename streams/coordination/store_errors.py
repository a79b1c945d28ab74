"""Translates the database's errors into ours: away for now, or damaged for good."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError

from common import database_errors
from streams.core.commits import StoreDamagedError, StoreDownError

P = ParamSpec("P")
T = TypeVar("T")


def translate_errors(method: Callable[P, T]) -> Callable[P, T]:
    """Makes a method raise StoreDownError or StoreDamagedError for the errors of the database.

    StoreDownError is for a database that is away, locked, full, read-only or ended the connection; the next call
    connects anew. StoreDamagedError is for a damaged one.
    """

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with database_errors.renewed_connection():
                return method(*args, **kwargs)
        except (OperationalError, InterfaceError, InternalError) as error:
            raise StoreDownError(database_errors.sentence(error)) from error
        except DatabaseError as error:  # of no class of its own: SQLite says so of a damaged file
            if type(error) is not DatabaseError:
                raise
            raise StoreDamagedError(database_errors.sentence(error)) from error

    return wrapper
