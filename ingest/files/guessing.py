"""Guesses how a file is written, from its name and its first lines."""

import csv
import re
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from ingest.files.bad_lines import BadLineError
from ingest.files.keys import check_json
from streams.sources.base import SourceError

FORMATS = ("json", "csv", "text")
DELIMITERS = ",;\t|"
SUFFIXES = {".json": "json", ".jsonl": "json", ".ndjson": "json", ".csv": "csv", ".tsv": "csv", ".log": "text"}
ROWS = 20  # in which a decimal comma is looked for
COMMA_NUMBER = re.compile(r"-?[0-9]{1,3}(?:\.?[0-9]{3}){0,3},[0-9]{1,9}")
PACKED = {".gz", ".xz", ".zst", ".bz2"}


class Guess(NamedTuple):
    """Holds a format, and the evidence for it as the end of a sentence."""

    format: str
    by: str


def guess(name: str, lines: list[bytes]) -> Guess:
    """Returns the format of a file by its name, else by its first lines. Raises SourceError if it has no lines yet."""
    if by_name := SUFFIXES.get(_suffix(name)):
        return Guess(by_name, "by its name")
    first, *others = [line for line in lines[:100] if line.strip()] or [b""]
    if not first:
        raise SourceError("has no line yet that shows its format; say --format json, csv or text.")
    if excel_delimiter(lines):
        return Guess("csv", "by its first line")
    return Guess("json" if _is_json(first) else "csv" if _is_csv(first, others) else "text", "by its first line")


def _suffix(name: str) -> str:
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix in PACKED else path.suffix


def _is_json(line: bytes) -> bool:
    """Returns whether a line is a JSON object or array, or the first line of one."""
    if line.strip() in (b"{", b"["):
        return True
    try:
        check_json(line)
    except BadLineError:
        return False
    return line.lstrip()[:1] in (b"{", b"[")


def _is_csv(first: bytes, others: list[bytes]) -> bool:
    """Returns whether lines look like CSV: names between delimiters, then as many cells."""
    try:
        header = first.decode()
    except UnicodeDecodeError:
        return False
    delimiter = delimiter_of(header)
    names = _cells(header, delimiter)
    if len(names) < 2 or not all(re.match(r"\s*[^\W\d]", name) and len(name) <= 64 for name in names):
        return False
    return not others or len(_cells(others[0].decode(errors="replace"), delimiter)) == len(names)


def excel_delimiter(lines: list[bytes]) -> str:
    """Returns the delimiter that a first line such as `sep=;` names, which Excel writes and reads; "" for others."""
    named = re.fullmatch(rb"sep=([!-~\t])", lines[0].strip(b" "), re.IGNORECASE) if lines else None
    return named[1].decode() if named else ""


def delimiter_of(header: str) -> str:
    """Returns the delimiter that splits a header, or any row, into the most columns."""
    return max(DELIMITERS, key=lambda each: len(_cells(header, each)))


def decimal_comma(rows: list[bytes], delimiter: str) -> str:
    """Returns a cell of the first rows that looks like a number with a decimal comma; "" for none.

    With "," as the delimiter such a cell needs quotes, and is as likely a list: none is looked for.
    """
    if delimiter == ",":
        return ""
    cells = (cell for row in rows[:ROWS] for cell in _cells(row.decode(errors="replace"), delimiter))
    return next(filter(COMMA_NUMBER.fullmatch, cells), "")


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def refuse_spread_json(lines: list[bytes]) -> None:
    """Raises SourceError for JSON that is spread over several lines: each line alone would be bad."""
    first = next((line.strip() for line in lines if line.strip()), b"")
    if first in (b"{", b"["):
        many = "." if first == b"{" else "'.[]'"
        raise SourceError(f"has JSON that is spread over several lines; make it one line each: jq -c {many} FILE")
    try:
        is_array = first.startswith(b"[{") and len(lines) == 1 and len(msgspec.json.decode(first, type=list)) > 1
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return
    if is_array:
        raise SourceError("is one JSON array; make each of its objects a line: jq -c '.[]' FILE")
