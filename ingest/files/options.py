"""Declares the options of `manage.py produce lines`."""

import csv
from argparse import ArgumentParser, ArgumentTypeError

from common.text import quoted
from ingest.files.guessing import FORMATS
from ingest.files.rows import checked_names
from streams.management.options import encoding
from streams.sources.base import SourceError


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--file", metavar="PATH", help="plain, .gz, .xz, .zst or .bz2; - or none: standard input")
    add("--format", choices=FORMATS, help="default: by the name of the file, else by its first line")
    add("--encoding", type=encoding, metavar="NAME", help="how the text is written: cp1252, cp932, … (default: UTF-8)")
    add("--follow", action="store_true", help="do not end at the end of the file: wait for lines that are added")
    keys = parser.add_mutually_exclusive_group().add_argument
    keys("--key", metavar="FIELD", help="the field or column of the partition key; a path such as user.id, items.0.id")
    keys("--random-key", action="store_true", help="a random partition key for each line (the default)")
    add("--columns", type=columns, metavar="A,B,C", help="CSV without a header: the names of its columns")
    add(
        "--delimiter",
        type=delimiter,
        metavar="C",
        help="CSV: the sign of columns, or tab (default: by the header)",
    )
    add("--decimal-comma", action="store_true", help="CSV: 1.234,50 is a number, as in most of Europe")
    add("--text", action="store_true", help="CSV: keep every cell as text; else a plain number becomes a JSON number")


def columns(text: str) -> list[str]:
    """Returns the names of columns, written as one row of CSV."""
    try:
        names = [name.strip() for name in next(csv.reader([text], strict=True), [])]
        if not names or not all(names):
            raise ArgumentTypeError(f"{quoted(text)} is not a list of names with commas between them")
        return checked_names(names)
    except (csv.Error, SourceError) as error:
        raise ArgumentTypeError(f"{quoted(text)} {error}") from None


def delimiter(text: str) -> str:
    """Returns a delimiter of columns: one character, which may be called tab."""
    text = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(text) != 1 or text in '\r\n"\0':
        raise ArgumentTypeError(f"{quoted(text)} is not one character that can stand between columns, or tab")
    return text
