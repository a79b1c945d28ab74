"""For argparse: what the options of our commands may be. Each raises ArgumentTypeError in words for people."""

import re
from argparse import ArgumentTypeError

from streams import applications, names

MAX_NUMBER = 1e9  # of records a second, of seconds: more is a mistake


def from_zero(text: str) -> float:
    """A number from 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_NUMBER:  # so written that NaN is refused too
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to {MAX_NUMBER:.0f}")
    return number


def above_zero(text: str) -> float:
    """A number above 0."""
    number = from_zero(text)
    if number == 0:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def whole(text: str) -> int:
    """A whole number, which may be negative."""
    if not re.fullmatch(r"-?[0-9]{1,20}", text):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def stream_name(text: str) -> str:
    """Returns the name of a stream that may be made or read."""
    if fault := names.stream_fault(text):
        raise ArgumentTypeError(fault.removesuffix("."))
    return text


def application_name(text: str) -> str:
    """Returns the name of an application that is registered or provided."""
    try:
        return applications.find(text).name
    except applications.UnknownNameError as error:
        raise ArgumentTypeError(str(error).removesuffix(".")) from None
