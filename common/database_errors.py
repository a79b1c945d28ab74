"""Says in one sentence why a database refused, and the remedy.

SQLite tells its errors apart by words, PostgreSQL by SQLSTATE (appendix A of its manual), MariaDB and MySQL by numbers
(their error reference).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, Error, InterfaceError, InternalError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from common.running import to_run

P = ParamSpec("P")
T = TypeVar("T")
TRIES = 5  # of a transaction that loses a lock

MISSING = f"If its tables are missing, run: {to_run('migrate')}"
LOCKED = "Another process holds its lock: try again, and look for a long write or a backup."
FULL = "Its disk is full: make room there."
READ_ONLY = (
    "It may only be read: check the owner and the rights of its file and its folder, or whether it is a replica."
)
ABSENT = f"Check DATABASE_URL. If it is right, this makes the database: {to_run('migrate')}"
CLOSED = "Check DATABASE_URL, and that the folder of its file exists and may be written to."
AWAY = "Check that its server runs, and DATABASE_URL."
DENIED = "Check the user, the password and the name in DATABASE_URL."
CROWDED = "Its server has too many connections: end some, or let it take more."
DAMAGED = "Its file is damaged: docs/backup.md has the way back."

_SQLITE = {
    "no such table": MISSING,
    "no such column": MISSING,
    "has no column": MISSING,
    "is locked": LOCKED,
    "is full": FULL,
    "readonly": READ_ONLY,
    "there is no file": ABSENT,
    "unable to open": CLOSED,
    "malformed": DAMAGED,
    "not a database": DAMAGED,
    "disk I/O error": DAMAGED,
}
_POSTGRES = {
    "42P01": MISSING,
    "42703": MISSING,
    "55P03": LOCKED,
    "40": LOCKED,
    "53100": FULL,
    "53300": CROWDED,
    "25006": READ_ONLY,
    "28": DENIED,
    "3D000": DENIED,
    "08": AWAY,
    "57P": AWAY,
}
_MYSQL = {
    MISSING: (1146, 1054),
    LOCKED: (1205, 1213),
    FULL: (1021, 1114, 3),
    READ_ONLY: (1290, 1792, 1836),
    AWAY: (2002, 2003, 2005, 2006, 2013, 2055),
    DENIED: (1044, 1045, 1049, 1698),
    CROWDED: (1040, 1203),
}


def is_away(error: BaseException | None) -> bool:
    """Returns whether an error, of Django or of the driver, is that of a database that is away or refuses to write."""
    kinds = ("OperationalError", "InterfaceError", "InternalError")
    of_driver = [getattr(connection.Database, kind) for kind in kinds]  # type: ignore[attr-defined]
    return isinstance(error, (OperationalError, InterfaceError, InternalError, *of_driver))


@contextmanager
def renewed_connection() -> Iterator[None]:
    """Closes the connection after an error that can leave it unusable, so that the next query connects anew.

    A server that goes away while an error is handled breaks two habits of Django: the driver's own error comes through
    if the cursor cannot be closed, and a connection whose rollback failed refuses every later query. Both are raised as
    Django's errors here.
    """
    try:
        with connection.wrap_database_errors:
            yield
    except TransactionManagementError as error:
        if connection.in_atomic_block:  # then the program uses a transaction that has failed
            raise
        connection.close()
        connection.needs_rollback = False
        raise OperationalError("the connection was lost in a transaction") from error
    except Error as error:
        # SQLite raises the bare class for a damaged file.
        if isinstance(error, OperationalError | InterfaceError | InternalError) or type(error) is DatabaseError:
            connection.close()
        raise


def sentence(error: Exception) -> str:
    """Returns "The database refused: ", the database's own words on one line, and the remedy if one is known."""
    words = " ".join(str(error.args[1] if _number(error) else error).split()).rstrip(".")
    return f"The database refused: {words}. {_help(error)}".rstrip()


def again_if_locked(work: Callable[P, T]) -> Callable[P, T]:
    """Runs a function again, up to TRIES times, that the database rolled back since another transaction held a lock.

    The function must be a whole transaction: within an outer one it is run once, since that one is rolled back too.
    """

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(0 if connection.in_atomic_block else TRIES - 1):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if _help(error) != LOCKED:
                    raise
        return work(*args, **kwargs)

    return run


def _help(error: Exception) -> str:
    cause = error.__cause__
    if _number(error):
        return next((says for says, numbers in _MYSQL.items() if _number(error) in numbers), "")
    if cause and hasattr(cause, "sqlstate"):
        state = cause.sqlstate or "08"  # no answer of a server, so none was reached
        return next((says for start, says in _POSTGRES.items() if state.startswith(start)), "")
    return next((says for words, says in _SQLITE.items() if words in str(error)), "")


def _number(error: Exception) -> int:
    """Returns MariaDB's or MySQL's number of an error, or 0."""
    return error.args[0] if len(error.args) > 1 and isinstance(error.args[0], int) else 0
