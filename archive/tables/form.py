"""Reads how a file is written from the fields of a form."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from typing import Any

from archive.tables.options import table_name
from archive.tables.spec import Spec, columns_of, places_of
from archive.tables.storing import TableError
from ingest.files.options import delimiter
from streams.management.options import encoding
from streams.sources.base import SourceError

DELIMITERS = {"": "as its first line shows", ",": "comma", ";": "semicolon", "|": "pipe", "tab": "tab", "~": "tilde"}
TEXTS = ("name", "delimiter", "fixed", "format", "columns", "types", "skip", "null", "encoding", "agents")
CHECKS = ("quotes", "text", "decimal_comma", "append")
FIELDS = (*TEXTS, *CHECKS)
LONGEST = 10_000  # characters of a field
MOST_SKIPPED = 1000


def given(fields: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields of the form, without those that are empty. Raises SourceError for one that is too long."""
    found = {name: value.strip() for name in FIELDS if (value := fields.get(name, "")).strip()}
    if long := [name for name, value in found.items() if len(value) > LONGEST]:
        raise SourceError(f"The field {long[0]} has more than {LONGEST:,} characters.")
    return found


def spec_of(fields: Mapping[str, str]) -> Spec:
    """Returns the description of a file. Raises SourceError."""
    readers: dict[str, Any] = {
        "delimiter": delimiter,
        "fixed": places_of,
        "columns": columns_of,
        "types": columns_of,
        "skip": _skip,
        "encoding": encoding,
    }
    said: dict[str, Any] = {}
    for name in TEXTS[1:]:
        if name in fields:
            try:
                said[name] = readers.get(name, str)(fields[name])
            except (ValueError, ArgumentTypeError) as error:
                raise SourceError(_sentence(error)) from None
    return Spec(quotes="quotes" not in fields, text="text" in fields, decimal_comma="decimal_comma" in fields, **said)


def name_of(fields: Mapping[str, str]) -> str:
    """Returns the name of the table. Raises TableError."""
    try:
        return table_name(fields.get("name", ""))
    except ArgumentTypeError as error:
        raise TableError(_sentence(error)) from None


def _skip(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) > MOST_SKIPPED:
        raise SourceError(f"Leave out 0 to {MOST_SKIPPED:,} lines before the header.")
    return int(text)


def _sentence(error: Exception) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."
