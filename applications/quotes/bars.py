"""Defines a daily bar as a provider or a file gives it, and the rules that it must keep. Pure."""

from datetime import date
from math import isfinite
from typing import NamedTuple

from applications.quotes.processor import FIRST_DAY, LAST_DAY, PRICE_MOST

ROUNDING = 1e-3  # part of a price: providers correct each price for splits and dividends by itself, and round it
VOLUME_MOST = 2**63 - 1  # the largest number that the column holds


class DayBar(NamedTuple):
    """Holds the prices of one day, per share, in the currency of the exchange; `volume` in shares."""

    day: date
    open: float
    high: float
    low: float
    close: float
    adj_close: float
    volume: int | None = None


def fault(bar: DayBar) -> str:
    """Returns the reason against a bar, as the end of a sentence that begins with its day; "" for none."""
    prices = bar[1:6]
    if not FIRST_DAY <= bar.day <= LAST_DAY:
        return f"is not from {FIRST_DAY} to {LAST_DAY}"
    if not all(map(isfinite, prices)):
        return "has a price that is not a number"
    if wrong := [price for price in prices if not 0 < price <= PRICE_MOST]:
        return f"has a price of {wrong[0]:g}"
    if bar.high < bar.low:
        return f"has a high of {bar.high:g} below its low of {bar.low:g}"
    for name, price in (("an open", bar.open), ("a close", bar.close)):
        if not bar.low * (1 - ROUNDING) <= price <= bar.high * (1 + ROUNDING):
            return f"has {name} of {price:g} outside of its low of {bar.low:g} and its high of {bar.high:g}"
    if bar.volume is not None and not 0 <= bar.volume <= VOLUME_MOST:
        return f"has a volume of {bar.volume:g}"
    return ""


def widened(bar: DayBar) -> DayBar:
    """Returns the bar with low and high around open and close, which rounding may have put outside of them."""
    return bar._replace(low=min(bar.low, bar.open, bar.close), high=max(bar.high, bar.open, bar.close))
