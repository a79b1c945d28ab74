"""Discovers a schema from a sample of records, with the evidence for each column."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sql.schema import csv_guess
from sql.schema.columns import COLUMNS_MOST, Column, Schema
from sql.schema.documents import FAULTS, documents, fault_of, opened
from sql.schema.faults import ColumnError, SchemaError
from sql.schema.names import column_name, unused
from sql.schema.tallies import Conflict, Tally
from sql.types import Type

RECORDS_MOST = 10_000
_DEPTH_MOST = 4  # of objects; the members of a deeper one become one text
_REFUSED_MOST = 20  # records that are listed with their fault
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
Place = tuple[str, ...]  # the names of the members on the way to a value; "[0:]" for each element


@dataclass(frozen=True, slots=True)
class Evidence:
    """Holds a column that was found, and the reasons for its type.

    `original` is its name in the records; `filled` of `of` rows have a value; `kinds` counts the kinds of values.
    """

    column: Column
    original: str
    filled: int
    of: int
    kinds: dict[str, int]
    examples: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """Holds a schema, and the sample that it comes from.

    `refused` has the index and the fault of the first records that cannot be read, `refused_count` the number of all.
    """

    schema: Schema
    columns: tuple[Evidence, ...]
    records: int
    rows: int
    refused: tuple[tuple[int, str], ...] = ()
    refused_count: int = 0
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sample:
    """Collects the values of JSON documents by their places."""

    rows: int = 0
    elements: int = 0
    tallies: dict[Place, Tally] = field(default_factory=dict)
    lists: dict[Place, int] = field(default_factory=dict)  # arrays of objects, each with the number of its elements
    refused: list[tuple[int, str]] = field(default_factory=list)


def discover(records: Sequence[bytes], form: str = "") -> Discovery:
    """Returns a schema for records; `form` is json or csv, or "" to find out. Raises SchemaError if there is none."""
    sample = records[:RECORDS_MOST]
    if not sample:
        raise SchemaError("There is no record to discover a schema from.")
    if form == "json" or (not form and _look_like_json(sample)):
        return _json(sample)
    return csv_discovery(sample)


def _look_like_json(records: Sequence[bytes]) -> bool:
    """Returns whether most records begin as JSON objects or arrays do."""
    found = 0
    for record in records:
        try:
            found += opened(record).lstrip()[:1] in (b"{", b"[")
        except ColumnError:
            continue
    return 2 * found > len(records)


def _json(records: Sequence[bytes]) -> Discovery:
    sample = _Sample()
    for number, record in enumerate(records):
        try:
            for row in _rows(opened(record)):
                sample.rows += 1
                _count(sample, row)
        except ColumnError as error:
            sample.refused.append((number, str(error)))
        except FAULTS as error:
            sample.refused.append((number, str(fault_of(error))))
    if not sample.tallies and not sample.lists:
        why = sample.refused[0][1] if sample.refused else "No record is an object with members."
        raise SchemaError(f"No schema can be discovered: {why}")
    return _found(sample, len(records))


def _rows(content: bytes) -> Iterator[dict[str, Any]]:
    """Gives the objects of a record: those of its documents, and those in an array."""
    for document in documents(content):
        value = msgspec.json.decode(document)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield each


def _count(sample: _Sample, row: dict[str, Any], place: Place = ()) -> None:
    """Counts the values of an object, and of the objects in it."""
    for name, value in row.items():
        inner = (*place, name)
        if isinstance(value, dict) and value and len(place) < _DEPTH_MOST - 1:
            _count(sample, value, inner)
        elif isinstance(value, list) and "[0:]" not in place and any(isinstance(each, dict) for each in value):
            sample.lists[inner] = sample.lists.get(inner, 0) + len(value)
            _tally(sample, inner).add(value)
            for each in value:
                if isinstance(each, dict):
                    _count(sample, each, (*inner, "[0:]"))
        else:
            tally = _tally(sample, inner)
            if value is not None:
                tally.add(value)


def _tally(sample: _Sample, place: Place) -> Tally:
    return sample.tallies.setdefault(place, Tally())


def _found(sample: _Sample, records: int) -> Discovery:
    """Returns the discovery of a sample. An array of objects gives a row an element, if it is the only one."""
    notes = []
    flattened = next(iter(sample.lists)) if len(sample.lists) == 1 else None
    if flattened:
        notes.append(f"Each element of {path_text((*flattened, '[0:]'))} is a row.")
    elif sample.lists:
        notes.append("There are several arrays of objects, of which a schema can flatten one; each is a text here.")
    chosen = [
        (place, tally)
        for place, tally in sample.tallies.items()
        if place != flattened and (flattened or "[0:]" not in place)
    ]
    if len(chosen) > COLUMNS_MOST:
        notes.append(f"There are {len(chosen):,} values; a schema has {COLUMNS_MOST:,} columns, the first of them.")
    columns: dict[str, Evidence] = {}
    for number, (place, tally) in enumerate(chosen[:COLUMNS_MOST]):
        original = "_".join(step for step in place if step != "[0:]")
        of = sample.lists[flattened] if flattened and "[0:]" in place else sample.rows
        name = unused(column_name(original, number), columns)
        columns[name] = evidence(name, path_text(place), ".".join(place), tally, of)
    schema = Schema(tuple(each.column for each in columns.values()))
    refused = tuple(sample.refused[:_REFUSED_MOST])
    return Discovery(schema, tuple(columns.values()), records, sample.rows, refused, len(sample.refused), tuple(notes))


def path_text(place: Place) -> str:
    """Returns the JSON path of a place."""
    return "$" + "".join(_step_text(step) for step in place)


def _step_text(step: str) -> str:
    if step == "[0:]":
        return step
    escaped = step.replace("\\", "\\\\").replace("'", "\\'")
    return f".{step}" if _PLAIN.fullmatch(step) else f"['{escaped}']"


def evidence(name: str, mapping: str, original: str, tally: Tally, of: int) -> Evidence:
    """Returns a column with the evidence for it."""
    kind: Type = tally.type()
    return Evidence(
        Column(name, kind, mapping),
        original,
        tally.filled,
        of,
        {str(each): count for each, count in tally.kinds.most_common()},
        tuple(tally.examples),
        tally.conflicts(),
        tally.notes(),
    )


def csv_discovery(records: Sequence[bytes]) -> Discovery:
    """Returns the discovery of records of CSV, or of lines in no known form as one column of text."""
    texts: list[str] = []
    refused: list[tuple[int, str]] = []
    for number, record in enumerate(records):
        try:
            texts.append(opened(record).decode())
        except ColumnError as error:
            refused.append((number, str(error)))
        except UnicodeDecodeError:
            refused.append((number, "The record is not UTF-8."))
    if not any(text.strip() for text in texts):
        raise SchemaError(f"No schema can be discovered: {refused[0][1] if refused else 'the records are empty.'}")
    table = csv_guess.guess(texts)
    columns: dict[str, Evidence] = {}
    for number, (original, tally) in enumerate(zip(table.names, table.tallies, strict=True)):
        name = unused(column_name(original, number), columns)
        columns[name] = evidence(name, "", original, tally, table.rows)
    schema = Schema(
        tuple(each.column for each in columns.values()),
        "csv",
        column_delimiter=table.delimiter,
        row_delimiter=table.row_delimiter,
        skip_header=table.header,
    )
    kept = tuple(refused[:_REFUSED_MOST])
    return Discovery(schema, tuple(columns.values()), len(records), table.rows, kept, len(refused), table.notes)
