"""Reads the words of commands about quotes, for argparse."""

from argparse import ArgumentTypeError
from datetime import date

from applications.quotes.processor import FIRST_DAY, LAST_DAY
from applications.quotes.tickers import ticker_fault
from common.text import quoted


def day(text: str) -> date:
    """Reads a day, written as 2000-01-31."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{quoted(text)} is not a day: write it as 2000-01-31") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ArgumentTypeError(f"{text} is not from {FIRST_DAY} to {LAST_DAY}")
    return found


def ticker(text: str) -> str:
    """Reads a ticker in any case, and returns it in upper case."""
    found = text.upper()
    if fault := ticker_fault(found):
        raise ArgumentTypeError(fault.removesuffix("."))
    return found
