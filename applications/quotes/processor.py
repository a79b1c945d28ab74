"""Keeps the newest bar of each ticker and day. Bars have days of their own, so that no window of arrival is needed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, NamedTuple

import msgspec

from streams.core.processor import Decoder, Processor, padded
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State, StateChange

PRICE_MOST = 1e9
DAYS = date(1800, 1, 1), date(2199, 12, 31)
Price = Annotated[float, msgspec.Meta(gt=0, le=PRICE_MOST)]


class Quote(msgspec.Struct, gc=False):
    """Holds one event, as JSON: the bar of one day. The ticker is the partition key."""

    ticker: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,16}\Z")] = msgspec.field(name="Ticker")
    day: date = msgspec.field(name="Date")
    high: Price = msgspec.field(name="High")
    low: Price = msgspec.field(name="Low")
    open: Price = msgspec.field(name="Open")
    close: Price = msgspec.field(name="Close")
    adj_close: Price = msgspec.field(name="Adj Close")

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec tells with its other reasons."""
        if not DAYS[0] <= self.day <= DAYS[1]:
            raise ValueError(f"Date is {self.day}; it must be from {DAYS[0]} to {DAYS[1]}.")
        if not (self.low <= self.open <= self.high and self.low <= self.close <= self.high):
            raise ValueError(
                f"Open {self.open} and Close {self.close} must lie from Low {self.low} to High {self.high}."
            )


class BarRow(NamedTuple):
    """Holds a result: the newest bar of a ticker and day, the millisecond of its arrival, and its sequence number."""

    quote: Quote
    arrived: int
    sequence: str


decode = Decoder(Quote, "ticker")


class QuotesProcessor(Processor[Quote, list[BarRow]]):
    """Computes `quotes`. A later record of the same ticker and day replaces the earlier one."""

    def __init__(self, state: State) -> None:
        self._changed: dict[tuple[str, date], BarRow] = {}

    def add(self, batch: Batch, events: list[Quote]) -> Sequence[DeadRecord]:
        """Keeps the bars of a batch. Refuses none: the table has a row for each, and RETENTION_RESULTS bounds it."""
        for sequence, quote in zip(batch.sequences, events, strict=True):
            self._changed[quote.ticker, quote.day] = BarRow(quote, batch.arrived, padded(sequence))
        return ()

    def advance(self, watermark: int) -> None:
        """Does nothing: a bar has no window that time could close."""

    def take(self) -> list[BarRow] | None:
        changed, self._changed = list(self._changed.values()), {}
        return changed or None

    def changes(self) -> StateChange:
        return StateChange()


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    """Returns the state of a child shard: there is none, since each bar is a result of its record alone."""
    return EMPTY


def set_back(state: State, watermark: int) -> State:
    """Returns the state, which has no time in it."""
    return state
