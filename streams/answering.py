"""The database's refusals in our words: away for now, or damaged for good."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection

from streams.commits import StoreDamagedError, StoreDownError

# SQLite says so, with an error of no class of its own, when its file is not a database or is malformed.
DAMAGED = "The database is damaged: {}. Bring it back from a backup, as docs/backup.md says"

P = ParamSpec("P")
T = TypeVar("T")


def answering(method: Callable[P, T]) -> Callable[P, T]:
    """Makes StoreDownError of a database that is away, locked, full, read-only or gave up on us; the next call connects
    anew. Makes StoreDamagedError of a damaged one."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (OperationalError, InterfaceError, InternalError) as error:
            connection.close()
            sentence = f"The database refused: {error}. If its tables are missing, run: manage.py migrate"
            raise StoreDownError(sentence) from error
        except DatabaseError as error:
            if type(error) is not DatabaseError:
                raise
            connection.close()
            raise StoreDamagedError(DAMAGED.format(error)) from error

    return wrapper
