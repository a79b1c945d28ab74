"""Defines which names are tickers: those of Yahoo and Stooq, such as AAPL, BRK-B, ^GSPC, EURUSD=X, M&M.NS."""

import re

from common.text import quoted

_TICKER = re.compile(r"[A-Z0-9^][A-Z0-9.^=&_-]{0,15}")
RULE = "1 to 16 of A-Z, 0-9 and . ^ = & _ -"


def ticker_fault(name: str) -> str:
    """Returns the reason against a ticker as a sentence, or "" for none. Tickers are in upper case everywhere."""
    return "" if _TICKER.fullmatch(name) else f"{quoted(name)} is not a ticker: {RULE}."
