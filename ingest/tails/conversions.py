"""Converts records as Kinesis Agent's dataProcessingOptions do.

A record that cannot be converted is left out and counted. Bytes that are not UTF-8 become U+FFFD.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from common.expressions import Expression
from ingest.tails.flows import Convert
from ingest.tails.log_formats import FORMATS
from ingest.tails.tallies import Tally

MOST_MATCHED = 65_536  # bytes: a longer record is tried by no pattern
_encode = msgspec.json.Encoder().encode


def single_line(records: list[bytes], tally: Tally) -> list[bytes]:
    """Joins the lines of each record, without the spaces at their ends."""
    return [b"".join(line.strip() for line in record.split(b"\n")) for record in records]


def add_brackets(records: list[bytes], tally: Tally) -> list[bytes]:
    """Puts each record in brackets, as a JSON array of one element."""
    return [b"[" + record + b"]" for record in records]


def add_metadata(fields: Mapping[str, Any], *, pretty: bool = False) -> Convert:
    """Makes each record the text `data` of an object, beside `metadata`."""
    encode = _encoder(pretty)

    def convert(records: list[bytes], tally: Tally) -> list[bytes]:
        return [encode({"metadata": fields, "data": record.decode(errors="replace")}) for record in records]

    return convert


def csv_to_json(columns: Sequence[str], delimiter: str, *, pretty: bool = False) -> Convert:
    """Makes an object of each record, with every value a text. A column that is absent is null."""
    encode = _encoder(pretty)
    blank = dict.fromkeys(columns)

    def convert(records: list[bytes], tally: Tally) -> list[bytes]:
        made = []
        for record in records:
            values = _split(record.decode(errors="replace").removesuffix("\r"), delimiter)
            tally.extra += len(values) > len(columns)
            made.append(encode(blank | dict(zip(columns, values, strict=False))))
        return made

    return convert


def _split(line: str, delimiter: str) -> list[str]:
    """Returns the values of a line; quotes count only where the delimiter is one character."""
    if '"' not in line or len(delimiter) != 1 or delimiter == '"':
        return line.split(delimiter)
    try:
        return next(csv.reader([line.replace("\n", " ")], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def log_to_json(
    log_format: str | None, pattern: Expression | None, fields: Sequence[str], *, pretty: bool = False
) -> Convert:
    """Makes an object of each record that matches: by a pattern with a name for each group, or by a known format.

    Raises ValueError if there are not as many names as groups.
    """
    known = FORMATS[log_format] if log_format else None
    matched = pattern or (known.pattern if known else re.compile(b".*"))
    names = tuple(fields) or (known.fields if known and not pattern else tuple(matched.groupindex))
    if not names or matched.groups != len(names):
        raise ValueError(f"the pattern has {matched.groups} groups, and there are {len(names)} names of fields")
    dash_is_null = known is None or known.dash_is_null
    return _matching(matched.fullmatch, names, _encoder(pretty), dash_is_null=dash_is_null)


def _matching(match: Any, names: Sequence[str], encode: Callable[[Any], bytes], *, dash_is_null: bool) -> Convert:
    absent = (None, b"-") if dash_is_null else (None,)

    def values(groups: Iterable[bytes | None]) -> Iterable[str | None]:
        return (None if each is None or each in absent else each.decode(errors="replace") for each in groups)

    def convert(records: list[bytes], tally: Tally) -> list[bytes]:
        made = []
        for record in records:
            found = match(record) if len(record) <= MOST_MATCHED else None
            if found is None:
                tally.miss(record)
            else:
                made.append(encode(dict(zip(names, values(found.groups()), strict=True))))
        return made

    return convert


def _encoder(pretty: bool) -> Callable[[Any], bytes]:  # noqa: FBT001 - the only argument
    if not pretty:
        return _encode
    return lambda value: msgspec.json.format(_encode(value), indent=2)
