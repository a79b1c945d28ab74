"""Tells data that a database will never take from a database that is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from common.text import one_line
from streams.coordination import packets
from streams.core.commits import RefusedError

# MariaDB's and MySQL's error numbers that the same data raise each time: a row, a packet or an undo record too large.
TOO_LARGE = {1118, 1153, 1301, 1713}
GONE = {2006, 2013}  # the server has ended the connection; also after a statement that was too large for it
PROGRAM_LIMIT = "54"  # PostgreSQL's class of errors for statements beyond one of its limits


class TooLargeError(RefusedError):
    """A statement is larger than the database takes; the connection may be gone with it."""


@contextmanager
def one_transaction() -> Iterator[int | None]:
    """Opens a transaction. Yields the most bytes that a statement in it may have, or None.

    Raises RefusedError where the database refuses the data each time, and Django's OperationalError where it is away.
    """
    packet = packets.limit()
    try:
        with connection.execute_wrapper(partial(_tell_apart, packet)), transaction.atomic():
            yield packet
    except TooLargeError:
        if packet is not None:
            connection.close()
        raise
    except (DataError, IntegrityError, OverflowError, ValueError) as error:
        raise RefusedError(one_line(f"{type(error).__name__}: {error}")) from error


def _tell_apart(
    packet: int | None,
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 - Django's signature
    context: Any,
) -> Any:
    try:
        return execute(sql, params, many, context)
    except OperationalError as error:
        code = error.args[0] if error.args else None
        state = getattr(error.__cause__, "sqlstate", None) or ""
        size = packets.size_of(sql, () if many else params or ())
        oversized = packet is not None and code in GONE and size + packets.OVERHEAD > packet
        if oversized or code in TOO_LARGE or state.startswith(PROGRAM_LIMIT):
            limit = "" if packet is None else f"; the database takes {packet:,} (max_allowed_packet)"
            words = f"A statement of {size:,} bytes was refused{limit}: {error}"
            raise TooLargeError(one_line(words)) from error
        raise
