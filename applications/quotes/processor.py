"""Keeps the newest bar of each ticker and day. Bars have days of their own, so that no window of arrival is needed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, NamedTuple

import msgspec

from applications.quotes.tickers import ticker_fault
from common.text import one_line
from streams.core.processor import UNREADABLE, EventDecoder, Processor, padded
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State, StateChange

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
PRICE_MOST = 1e9
Price = Annotated[float, msgspec.Meta(gt=0, le=PRICE_MOST)]


class Quote(msgspec.Struct, gc=False):
    """Holds one event, as JSON: the bar of one day. Its ticker is the partition key of the record."""

    day: date = msgspec.field(name="Date")
    high: Price = msgspec.field(name="High")
    low: Price = msgspec.field(name="Low")
    open: Price = msgspec.field(name="Open")
    close: Price = msgspec.field(name="Close")
    adj_close: Price = msgspec.field(name="Adj Close")

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec tells with its other reasons."""
        if not FIRST_DAY <= self.day <= LAST_DAY:
            raise ValueError(f"Date is {self.day}; it must be from {FIRST_DAY} to {LAST_DAY}.")
        if not (self.low <= self.open <= self.high and self.low <= self.close <= self.high):
            raise ValueError(
                f"Open {self.open} and Close {self.close} must lie from Low {self.low} to High {self.high}."
            )


class BarRow(NamedTuple):
    """Holds a result: the newest bar of a ticker and day, the millisecond of its arrival, and its sequence number."""

    ticker: str
    quote: Quote
    arrived: int
    sequence: str


class QuoteDecoder(EventDecoder[Quote]):
    """Decodes records into quotes. A record has no ticker but its partition key, so any shard may hold it."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(Quote).decode

    def __call__(self, batch: Batch) -> tuple[Batch, list[Quote], list[DeadRecord]]:
        """Returns the good part of the batch, its quotes, and the refused records."""
        if not any(map(ticker_fault, set(batch.keys))):
            try:
                return batch, list(map(self._decode, batch.datas)), []
            except UNREADABLE:
                pass  # some are good: one by one
        return self._one_by_one(batch)

    def _one_by_one(self, batch: Batch) -> tuple[Batch, list[Quote], list[DeadRecord]]:
        good = Batch(batch.arrived, sequences := [], [], [])
        quotes, dead = [], []
        for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True):
            try:
                if fault := ticker_fault(key):
                    raise msgspec.ValidationError(f"The partition key {fault}")
                quotes.append(self._decode(data))
            except UNREADABLE as error:
                dead.append(DeadRecord(sequence, batch.arrived, key, data, one_line(str(error)), attempts=1))
            else:
                sequences.append(sequence)
                good.keys.append(key)
                good.datas.append(data)
        return good, quotes, dead


class QuotesProcessor(Processor[Quote, list[BarRow]]):
    """Computes `quotes`. A later record of the same ticker and day replaces the earlier one."""

    def __init__(self, state: State) -> None:
        self._changed: dict[tuple[str, date], BarRow] = {}

    def add(self, batch: Batch, events: list[Quote]) -> Sequence[DeadRecord]:
        """Keeps the bars of a batch. Refuses none: each record makes one row at most, and RETENTION_RESULTS ends it."""
        for sequence, ticker, quote in zip(batch.sequences, batch.keys, events, strict=True):
            self._changed[ticker, quote.day] = BarRow(ticker, quote, batch.arrived, padded(sequence))
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


decode = QuoteDecoder()
