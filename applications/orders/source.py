"""Opens the source of order lines, made up or from a file, for `manage.py produce orders`."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from applications.orders.generator import FILE_SITE, SITES, MadeUpOrders, Replay
from streams.core import names
from streams.management.options import encoding
from streams.sources.base import Source, SourceError
from streams.sources.dates import Order
from streams.sources.tables import Form


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--file", type=Path, metavar="PATH", help="the Online Retail data, .csv or .xlsx, packed or not")
    add("--dates", choices=[each.value for each in Order if each.value], help="how that file writes its dates")
    add("--encoding", type=encoding, metavar="NAME", help="how that file writes its text: cp1252, cp932, …")
    add("--site", type=_site, metavar="NAME", help="the one site that sells")


def open_source(options: Mapping[str, Any], rng: Random, start: int) -> Source:
    """Returns made-up order lines, or those of --file. Made-up ones begin at `start`, in milliseconds.

    Raises SourceError for an unreadable file, and for options about a file without --file.
    """
    path, site = options.get("file"), options.get("site")
    form = Form(Order(options.get("dates") or ""), options.get("encoding"))
    if path:
        return Replay(path, site or FILE_SITE, form)
    if form != Form():
        raise SourceError("--dates and --encoding are about a file: name one with --file.")
    return MadeUpOrders(rng, start, (site,) if site else SITES)


def _site(text: str) -> str:
    """Validates the name of a site, for argparse."""
    if fault := names.name_fault(text, "the site"):
        raise ArgumentTypeError(fault.removesuffix("."))
    return text
