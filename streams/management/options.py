"""Parsers for the values of options, for argparse. Each raises ArgumentTypeError with a sentence for people.

Every number has a least and a most value, and NaN and infinity are refused: a number beyond the bounds is a mistake,
which would overflow, wait for years or fill the memory.
"""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError

from common import database_errors
from common.text import quoted
from streams import applications
from streams.core import clock, moments, names
from streams.core.records import Position, parse_where
from streams.management.plain import UsageError
from streams.models import DeadLetter, Lease

LEAST_NUMBER = 0.00001  # of records a second: about one a day
MAX_NUMBER = 1e9  # of records a second, of seconds: 30 years
MOST_RECORDS = 10**12
MOST_MINUTES = 10_000_000  # 19 years
MOST_SHARDS = 10_000  # half of what Kinesis gives an account where it gives most


def position(text: str) -> Position:
    """Returns a place to start from, such as latest or 15m, as a position."""
    try:
        return parse_where(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def moment(text: str) -> datetime:
    """Returns a time such as 2026-11-22T14:00:00Z, 15m or now-1h."""
    try:
        return clock.to_datetime(moments.parse(text))
    except (ValueError, OverflowError):
        says = f"{quoted(text)} is neither a time such as 2026-11-22T14:00:00Z nor a time ago such as 15m"
        raise ArgumentTypeError(says) from None


def from_zero(text: str) -> float:
    """Returns 0, or a number above it."""
    return 0.0 if _number(text) == 0 else above_zero(text)


def above_zero(text: str) -> float:
    """Returns a number above 0."""
    number = _number(text)
    if not LEAST_NUMBER <= number <= MAX_NUMBER:  # so written that NaN is refused too
        raise ArgumentTypeError(f"{quoted(text)} is not a number from {LEAST_NUMBER:f} to {MAX_NUMBER:,.0f}")
    return number


def _number(text: str) -> float:
    try:
        return float(text) if text.isascii() and "_" not in text else -1
    except ValueError:
        return -1


def up_to(most: int) -> Callable[[str], int]:
    """Returns a reader of whole numbers from 1 to `most`."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,20}", text) or not 1 <= int(text) <= most:
            raise ArgumentTypeError(f"{quoted(text)} is not a whole number from 1 to {most:,}")
        return int(text)

    return read


def whole(text: str) -> int:
    """Returns a whole number, which may be negative."""
    if not re.fullmatch(r"-?[0-9]{1,20}", text):
        raise ArgumentTypeError(f"{quoted(text)} is not a whole number of at most 20 digits")
    return int(text)


def hash_value(text: str) -> int:
    """Returns a place in the space into which keys are hashed."""
    if not re.fullmatch(r"[0-9]{1,39}", text) or int(text) >= 1 << 128:
        raise ArgumentTypeError(
            f"{quoted(text)} is not a hash: a whole number from 0 to 2^128 - 1, such as hash_start in streams status"
        )
    return int(text)


def stream_name(text: str) -> str:
    """Returns the name of a stream that may be made or read."""
    if fault := names.stream_fault(text):
        raise ArgumentTypeError(fault.removesuffix("."))
    return text


def old_stream_name(text: str) -> str:
    """Returns the name of a stream that may be there: an older release made streams of almost any name."""
    if not 1 <= len(text) <= names.MOST_STREAM:
        raise ArgumentTypeError(f"{quoted(text)} is not a stream's name, which has 1 to {names.MOST_STREAM} characters")
    return text


def encoding(text: str) -> str:
    """Returns the name of a text encoding that Python knows."""
    try:
        "é".encode(text, errors="replace").decode(text, errors="replace")
    except (LookupError, ValueError):
        raise ArgumentTypeError(f"{quoted(text)} is no encoding that Python knows") from None
    return text


def site_name(text: str) -> str:
    """Returns the name of a site."""
    if fault := names.name_fault(text, "the site"):
        raise ArgumentTypeError(fault.removesuffix("."))
    return text


def application_name(text: str) -> str:
    """Returns the name of an application that is registered or provided."""
    try:
        return applications.find(text).name
    except applications.UnknownNameError as error:
        raise ArgumentTypeError(str(error).removesuffix(".")) from None
    except DatabaseError as error:
        says = database_errors.sentence(error).removesuffix(".")
        raise ArgumentTypeError(f"{quoted(text)} is not known. {says}") from None


def old_application_name(text: str) -> str:
    """Returns the name of an application that may have been removed; `refuse_unknown` asks the database whether."""
    most = Lease._meta.get_field("application").max_length
    if not 1 <= len(text) <= (most or 0):
        raise ArgumentTypeError(f"{quoted(text)} is not an application's name, which has 1 to {most} characters")
    return text


def refuse_unknown(application: str) -> None:
    """Raises UsageError for an application that is not registered and that has left neither leases nor dead letters."""
    if applications.is_known(application):
        return
    if not any(model.objects.filter(application=application).exists() for model in (Lease, DeadLetter)):
        try:
            applications.find(application)
        except applications.UnknownNameError as error:
            raise UsageError(str(error)) from None
