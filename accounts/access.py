"""Defines the verbs that a token or an access key may be given, and the streams that it may be limited to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

READ_DASHBOARDS, WRITE_STREAMS = "read:dashboards", "write:streams"
READ_STREAMS, MANAGE_STREAMS = "read:streams", "manage:streams"
SCOPES = {
    READ_DASHBOARDS: "Read what the dashboards show, as CSV and JSON",
    WRITE_STREAMS: "Put records into streams",
    READ_STREAMS: "Read the records of streams",
    MANAGE_STREAMS: "Create, reshard and delete streams",
}
OF_STREAMS = (WRITE_STREAMS, READ_STREAMS, MANAGE_STREAMS)  # the scopes that named streams limit, in the forms' order

MOST_STREAMS = 20  # names and beginnings of names in one limit
# Kinesis' rule for a name (CreateStream, StreamName), with or without a star at its end.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}\*?")


class StreamsError(ValueError):
    """Says in a sentence why a list of streams is no limit."""


class Grant(Struct, frozen=True):
    """Holds the rights of a token or an access key. `streams` is empty for all streams."""

    scopes: frozenset[str]
    streams: tuple[str, ...] = ()

    def has(self, scope: str) -> bool:
        """Returns whether the grant has the scope for any stream at all."""
        return scope in self.scopes

    def allows(self, scope: str, stream: str) -> bool:
        """Returns whether the grant has the scope for this stream. Dashboards are not limited by stream."""
        return scope in self.scopes and (scope not in OF_STREAMS or self.covers(stream))

    def covers(self, stream: str) -> bool:
        """Returns whether the stream is one of those that the grant is limited to."""
        return not self.streams or any(_matches(pattern, stream) for pattern in self.streams)


def _matches(pattern: str, stream: str) -> bool:
    return stream.startswith(pattern[:-1]) if pattern.endswith("*") else stream == pattern


def limit(names: Iterable[str]) -> list[str]:
    """Returns the names sorted, each once; [] (all streams) if one of them is "*" alone. Raises StreamsError."""
    chosen = sorted(set(names))
    if "*" in chosen:
        return []
    for name in chosen:
        if not _NAME.fullmatch(name):
            raise StreamsError(
                "A stream's name has 1 to 128 letters, digits, “_”, “.” or “-”; a “*” may stand at its end."
            )
    if len(chosen) > MOST_STREAMS:
        raise StreamsError(f"Name at most {MOST_STREAMS} streams: “orders-*” names all that begin with “orders-”.")
    return chosen


def limit_of(text: str) -> list[str]:
    """Returns the limit in a text: names separated by spaces, commas or line ends. Raises StreamsError."""
    return limit(re.split(r"[\s,]+", text.strip()) if text.strip() else [])
