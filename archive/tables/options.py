"""Declares the options by which a person says how a file is written, and reads them."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from archive.tables.models import MOST_NAME
from archive.tables.spec import LOGS, Spec, columns_of, places_of
from common.text import quoted
from ingest.files.options import delimiter
from streams.management.options import encoding, up_to
from streams.sources.base import SourceError

_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{MOST_NAME - 1}}}")
MOST_SKIPPED = 1000  # lines before the header
Read = TypeVar("Read")


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--delimiter", type=delimiter, metavar="C", help="the sign between columns, or tab (default: by the header)")
    add("--fixed", type=_told(places_of), metavar="1-8,9-20", help="columns at these places, counted from 1")
    logs = ", ".join(LOGS)
    add("--format", default="", metavar="F", help=f"log lines: {logs}, or a pattern with (?P<NAME>…) for each column")
    add("--columns", type=_told(columns_of), default=(), metavar="N[:T[:F]],…",
        help="a file without a header: its columns, such as id:int,day:date:%%d/%%m/%%Y,name")  # fmt: skip
    add("--types", type=_told(columns_of), default=(), metavar="N:T[:F],…", help="types of some columns of the header")
    add("--skip", type=up_to(MOST_SKIPPED), default=0, metavar="N", help="leave out N lines before the header")
    add("--no-quotes", dest="quotes", action="store_false", help="a quote is a character like any other")
    add("--text", action="store_true", help="every column is text")
    add("--decimal-comma", action="store_true", help="1.234,50 is a number, as in most of Europe")
    add("--null", metavar="TEXT", help="a cell of this text is null, such as NA or \\N")
    add("--encoding", type=encoding, metavar="NAME", help="how the text is written: cp1252, … (default: UTF-8)")
    add("--agents", metavar="COLUMN", help="user agents, from which os, browser and device become columns")


def spec_of(options: Mapping[str, Any]) -> Spec:
    """Returns the description of a file. Raises SourceError for options that contradict each other."""
    return Spec(**{name: options[name] for name in Spec.__dataclass_fields__ if options[name] is not None})


def table_name(text: str) -> str:
    """Returns the name of a table, as SQL takes it without quotes."""
    if not _NAME.fullmatch(text):
        says = f"{quoted(text)} is no name of a table: small letters, digits and _, at most {MOST_NAME}, a letter first"
        raise ArgumentTypeError(says)
    return text


def _told(read: Callable[[str], Read]) -> Callable[[str], Read]:
    def told(text: str) -> Read:
        try:
            return read(text)
        except SourceError as error:
            raise ArgumentTypeError(str(error).removesuffix(".")) from None

    return told
