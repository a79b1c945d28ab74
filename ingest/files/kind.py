"""Declares the source of lines. What it does is imported by `manage.py produce` alone, since it takes 7 ms."""

from argparse import ArgumentParser
from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from streams.applications import SourceKind

if TYPE_CHECKING:
    from ingest.files.source import LineSource


def _open(options: Mapping[str, Any], rng: Random, start: int) -> "LineSource":
    from ingest.files.source import open_source  # noqa: PLC0415 - see above

    return open_source(options, rng, start)


def _add_options(parser: ArgumentParser) -> None:
    from ingest.files.options import add_options  # noqa: PLC0415 - see above

    add_options(parser)


SOURCE = SourceKind(
    name="lines",
    help="lines of a file or of standard input (JSON, CSV or plain text)",
    open=_open,
    add_options=_add_options,
    names_stream=False,
    rate=0,
    makes_up=False,
)
