"""Opens the source of unicorns' status records for `manage.py produce fleet`."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from random import Random
from typing import Any

from applications.fleet.generator import NAMES, Fleet
from streams.applications import SourceKind
from streams.core import names


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--unicorn", type=_unicorn, metavar="NAME", help="the one unicorn that flies")


def _open(options: Mapping[str, Any], rng: Random, start: int) -> Fleet:
    unicorn = options.get("unicorn")
    return Fleet(rng, start, (unicorn,) if unicorn else NAMES)


def _unicorn(text: str) -> str:
    """Validates the name of a unicorn, for argparse."""
    if fault := names.name_fault(text, "the unicorn"):
        raise ArgumentTypeError(fault.removesuffix("."))
    return text


# Every unicorn reports once a second, as in the workshop.
SOURCE = SourceKind(
    name="fleet",
    help="places and strength of a fleet of unicorns",
    open=_open,
    add_options=add_options,
    rate=float(len(NAMES)),
)
