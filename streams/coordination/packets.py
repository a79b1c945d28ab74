"""The most bytes that MariaDB and MySQL take in one statement: their setting max_allowed_packet.

A larger statement makes the server end the connection. The client then sees error 1153, or just a connection that is
gone, as if the database were away.
"""

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import connection

ENOUGH = 64 << 20  # bytes: docs/deploy.md asks for this setting
OVERHEAD = 4096  # bytes of a statement beside its large value
_ESCAPED = b"\0\n\r\x1a\"'\\"  # each takes two bytes in a statement: mysql_real_escape_string

logger = logging.getLogger(__name__)


def limit() -> int | None:
    """Returns the bytes that a statement may have on this thread's connection; None where there is no such limit."""
    if connection.vendor != "mysql":
        return None
    connection.ensure_connection()
    return _ask(connection.connection)


@lru_cache(maxsize=4)
def _ask(raw: Any) -> int:
    """Returns the setting of one connection of the driver. It is fixed when the connection is made."""
    cursor = raw.cursor()
    cursor.execute("SELECT @@max_allowed_packet")
    [size] = cursor.fetchone()
    return int(size)


def written(data: bytes) -> int:
    """Returns the bytes that a value takes in a statement."""
    return len(data) + sum(map(data.count, _ESCAPED))


def exceeds(data: bytes, packet: int | None) -> bool:
    """Returns whether a statement for this one value would be larger than a limit; None is no limit."""
    return packet is not None and 2 * len(data) + OVERHEAD > packet and written(data) + OVERHEAD > packet


def size_of(sql: str, params: Iterable[Any]) -> int:
    """Returns about how many bytes a statement has."""
    return len(sql) + sum(map(_size, params))


def _size(value: Any) -> int:
    if isinstance(value, str):
        return written(value.encode(errors="replace"))
    return written(bytes(value)) if isinstance(value, bytes | bytearray | memoryview) else 20


def warn_if_small() -> None:
    """Logs a warning where a large record would not fit a statement."""
    size = limit()
    if size is not None and size < ENOUGH:
        logger.warning(
            "The database takes %d MiB in one statement (max_allowed_packet); set it to %d MiB, or large records"
            " will be refused (docs/deploy.md)",
            size >> 20,
            ENOUGH >> 20,
        )
