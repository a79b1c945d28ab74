"""Lists the streams, and discovers the fields of one with the evidence for each."""

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from common.text import counted
from sql.folder import INPUT, FolderError, schema_to_toml
from sql.offline.discovering import found_in, schema_lines
from sql.schema.columns import Schema
from sql.schema.discovery import Discovery
from streams.core.names import is_stream
from streams.core.records import StreamError
from streams.wiring import names_for_a_look, newest_records

RECORDS, BYTES = 500, 4 << 20  # of which a schema is discovered
KEPT = 10.0  # seconds that a discovery is used again
EVIDENCE_MOST = 150_000  # characters of a schema with the reasons as comments; a longer one goes without them
SHOWN = 200  # streams on a page, and columns of one


class Fields(NamedTuple):
    """Holds the fields of a stream, or why there are none."""

    stream: str
    found: Discovery | None
    why: str = ""

    @property
    def schema(self) -> Schema:
        return self.found.schema if self.found else Schema(())

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Returns a row for each of the first columns: name, type and evidence."""
        return [
            {
                "name": each.column.name,
                "type": str(each.column.type),
                "share": _share(each.filled, each.of),
                "examples": ", ".join(each.examples)[:120],
                "doubts": [*(f"{conflict}." for conflict in each.conflicts), *each.notes],
            }
            for each in (self.found.columns[:SHOWN] if self.found else ())
        ]


def _share(filled: int, of: int) -> str:
    return f"in all {counted(of, 'row')}" if filled == of else f"in {filled:,} of {counted(of, 'row')}"


def streams() -> list[str]:
    """Returns the names of the first streams, in order."""
    return sorted(names_for_a_look())[:SHOWN]


def fields(stream: str) -> Fields:
    """Returns the fields of a stream's newest records; a discovery is used again for some seconds."""
    if not is_stream(stream):
        return Fields(stream, None, "There is no stream of that name.")
    return _fields_of_then(stream, time.monotonic() // KEPT)


@lru_cache(maxsize=16)
def _fields_of_then(stream: str, then: float) -> Fields:
    try:
        return Fields(stream, found_in(list(_sample(stream))))
    except (StreamError, FolderError) as error:
        return Fields(stream, None, str(error))


def _sample(stream: str) -> Iterator[bytes]:
    size = 0
    for record in newest_records(stream, RECORDS):
        size += len(record[4])
        if size > BYTES:
            return
        yield record[4]


def configuration(name: str, found: Fields, outputs: tuple[str, ...] = ()) -> str:
    """Returns the text of application.toml for a stream, with the evidence for each column as comments."""
    head = [f'name = "{name}"'] if name else []
    head += [f'source = "{found.stream}"', f'input = "{INPUT}"', ""]
    lines = list(schema_lines(found.found)) if found.found else []
    if sum(map(len, lines)) > EVIDENCE_MOST:
        lines = schema_to_toml(found.schema).splitlines()
    for output in outputs:
        lines += ["", "[[outputs]]", f'stream = "{output}"']
    return "\n".join([*head, *lines]) + "\n"
