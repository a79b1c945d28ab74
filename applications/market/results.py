"""Defines the results of trades."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

import msgspec

Side = Literal["BUY", "SELL"]


class Tally(msgspec.Struct, gc=False, array_like=True):
    """Holds the trades of one minute, ticker and side."""

    trades: int
    shares: int
    cents: int  # each trade rounded to a cent, so that sums are exact and do not depend on their order
    low: float
    high: float
    first: float
    last: float
    largest: int  # shares
    last_sequence: str = ""  # sequence number of the last trade, padded

    @classmethod
    def of(cls, price: float, quantity: int) -> Self:
        return cls(1, quantity, round(price * quantity * 100), price, price, price, price, quantity)

    def add(self, price: float, quantity: int) -> None:
        self.trades += 1
        self.shares += quantity
        self.cents += round(price * quantity * 100)
        self.last = price
        if price < self.low:
            self.low = price
        elif price > self.high:
            self.high = price
        if quantity > self.largest:
            self.largest = quantity


class TradeRow(NamedTuple):
    minute: int  # its first millisecond
    ticker: str
    side: Side
    tally: Tally


class TradeRows(list[TradeRow]):
    """Holds the rows that a step changed, and in `closed` those of minutes that no trade can change any more."""

    closed: list[TradeRow]

    def __init__(self, rows: Iterable[TradeRow] = (), closed: Iterable[TradeRow] = ()) -> None:
        super().__init__(rows)
        self.closed = list(closed)
