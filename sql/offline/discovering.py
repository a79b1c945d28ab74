"""Discovers the schema of a file's records, and writes it with the evidence for each column."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from common.text import counted, one_line, quoted
from sql.folder import FolderError, schema_to_toml
from sql.offline.records import KEYS, read
from sql.schema.discovery import RECORDS_MOST, Discovery, Evidence, discover
from sql.schema.faults import SchemaError

SIZE_MOST = 64 << 20  # bytes that are read of a file
HEAD = "[[columns]]"
HEADER = "The first row is a header. Where each line is a record of its own, write skip_header = false."


def records_of(path: Path, field: str = "") -> list[bytes]:
    """Returns the records of a file, as many as a discovery takes. Raises FolderError.

    With `field`, or where a line is `{"arrived": TIME, "key": KEY, "data": DATA}`, the file is read as `sql run` reads
    it. Other lines of JSON are the records themselves; anything else, such as a file of CSV, is one record.
    """
    if field:
        return [sample.data for sample in islice(read(path, field), RECORDS_MOST)]
    content = _content(path)
    lines = [line for line in content.splitlines() if line.strip()][:RECORDS_MOST]
    if not lines or lines[0].lstrip()[:1] not in (b"{", b"["):
        return [b"\n".join(lines)]
    try:
        first = msgspec.json.decode(lines[0])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [content]  # a document of several lines
    if isinstance(first, dict) and {"arrived", "data"} <= first.keys() <= KEYS:
        return [sample.data for sample in islice(read(path), RECORDS_MOST)]
    return lines


def _content(path: Path) -> bytes:
    """Returns a file's content, without the line in which the bound falls."""
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_MOST + 1)
    except OSError as error:
        raise FolderError(f"The records {path} cannot be read: {error.strerror}.") from None
    if len(content) > SIZE_MOST:
        content = content[: content.rfind(b"\n", 0, SIZE_MOST) + 1] or content
    return content.removeprefix(b"\xef\xbb\xbf")


def schema_lines(found: Discovery) -> Iterator[str]:
    """Yields the lines of a schema's file, with the evidence as comments."""
    head, *columns = schema_to_toml(found.schema).split(HEAD)
    yield _comment(f"From {counted(found.records, 'record')} with {counted(found.rows, 'row')}.")
    yield from map(_comment, found.notes)
    if found.schema.skip_header:
        yield _comment(HEADER)
    if found.refused_count:
        place, fault = found.refused[0]
        yield _comment(f"{counted(found.refused_count, 'record')} cannot be read. Record {place + 1}: {fault}")
    yield from head.rstrip().splitlines()
    for evidence, text in zip(found.columns, columns, strict=True):
        yield from ("", HEAD, *_reasons(evidence), *text.strip().splitlines())


def _reasons(found: Evidence) -> Iterator[str]:
    share = found.filled / found.of if found.of else 0
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.kinds.items())
    yield _comment(f"{found.filled:,} of {found.of:,} rows have it ({share:.1%}){': ' if kinds else ''}{kinds}")
    if found.original and found.original != found.column.name:
        yield _comment(f"In the records it is called {quoted(found.original)}.")
    if found.examples:
        yield _comment("such as " + ", ".join(map(quoted, found.examples)))
    for conflict in found.conflicts:
        yield _comment(f"Conflict: {conflict}.")
    yield from map(_comment, found.notes)


def _comment(text: str) -> str:
    return f"# {one_line(text)}"


def rows(found: Discovery) -> Iterator[dict[str, Any]]:
    """Yields an object for each column."""
    for each in found.columns:
        column = {"name": each.column.name, "type": str(each.column.type), "mapping": each.column.mapping}
        conflicts = [asdict(conflict) for conflict in each.conflicts]
        seen = {"original": each.original, "filled": each.filled, "of": each.of, "kinds": each.kinds}
        yield {**column, **seen, "examples": each.examples, "conflicts": conflicts, "notes": each.notes}


def found_in(records: list[bytes]) -> Discovery:
    """Returns the discovery of records. Raises FolderError where they show no schema."""
    try:
        return discover(records)
    except SchemaError as error:
        raise FolderError(str(error)) from None
