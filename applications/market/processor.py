"""Counts trades per minute, ticker and side, in a tumbling window of one minute of arrival time."""

from typing import Annotated, Any

import msgspec

from applications.market.results import Side, Tally, TradeRow, TradeRows
from streams.core.clock import MINUTE
from streams.core.processor import Decoder, Name, Processor, padded, refuse
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State, StateChange, StateKey
from streams.windows.tumbling import TumblingWindows, inherit, set_back

__all__ = ["Trade", "TradesProcessor", "decode", "inherit", "set_back"]

GRACE = MINUTE  # how long a closed window is held, for stamps that run backwards a little, as Kinesis' may

PRICE_MOST, QUANTITY_MOST = 10**8, 10**8
# A tally past this refuses further trades, since the next one could overflow a column of 64 bits.
CENTS_MOST = 2**63 - 1 - PRICE_MOST * QUANTITY_MOST * 100

TICKERS_MOST = 20_000  # of a shard in a minute; a commit then writes some 5 MB of state


class Trade(msgspec.Struct, gc=False, rename="camel"):
    """Holds one trade, worth at most 10^18 cents; `id` is the producer's and not used."""

    ticker_symbol: Name
    trade_type: Side
    price: Annotated[float, msgspec.Meta(gt=0, le=PRICE_MOST)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MOST)]  # shares


decode = Decoder(Trade, "ticker_symbol")


class TradesProcessor(Processor[Trade, TradeRows]):
    """Computes `trades`: a tally for each minute, ticker and side.

    `most` bounds the tickers that a shard counts in a minute, since each of them is kept in the state and in a row.
    """

    def __init__(self, state: State = EMPTY, most: int = TICKERS_MOST) -> None:
        self._windows = TumblingWindows(Tally, MINUTE, GRACE, most, state, parts=1)
        self._closed: list[TradeRow] = []

    def add(self, batch: Batch, events: list[Trade]) -> list[DeadRecord]:
        window = self._windows.at(batch.arrived)
        if window is None:
            late = self._windows.late(batch.arrived)
            return refuse(batch, range(len(events)), lambda ticker: late)
        tallies = window.tallies
        last: dict[StateKey, int] = {}
        refused: list[int] = []
        full: list[int] = []
        for index, trade in enumerate(events):
            key: StateKey = (trade.ticker_symbol, trade.trade_type)
            tally = tallies.get(key)
            if tally is None:
                if not window.admit(key):
                    refused.append(index)
                    continue
                tallies[key] = Tally.of(trade.price, trade.quantity)
            elif tally.cents > CENTS_MOST:
                full.append(index)
                continue
            else:
                tally.add(trade.price, trade.quantity)
            last[key] = index
        sequences, changed = batch.sequences, window.changed
        for key, index in last.items():
            changed[key] = tally = tallies[key]
            tally.last_sequence = padded(sequences[index])
        return refuse(batch, refused, self._too_many) + refuse(batch, full, _full)

    def advance(self, watermark: int) -> None:
        for window in self._windows.advance(watermark):
            tallies: Any = window.tallies
            for ticker, side in sorted(tallies):
                self._closed.append(TradeRow(window.start, ticker, side, tallies[ticker, side]))

    def take(self) -> TradeRows | None:
        taken: list[tuple[int, Any]] = self._windows.take()  # a key's second part is a Side, as its event had it
        rows = [
            TradeRow(minute, ticker, side, tally)
            for minute, tallies in taken
            for (ticker, side), tally in tallies.items()
        ]
        closed, self._closed = self._closed, []
        return TradeRows(rows, closed) if rows or closed else None

    def changes(self) -> StateChange:
        return self._windows.changes()

    def _too_many(self, ticker: str) -> str:
        return (
            f"The shard counts {self._windows.most:,} tickers in this minute, the most that TICKERS_MOST allows; "
            f"{ticker!r} would be one more."
        )


def _full(ticker: str) -> str:
    return (
        f"The trades of {ticker!r} in this minute are worth more than {CENTS_MOST // 100:,} already, "
        "the most that is added up. A replay counts this one in a later minute."
    )
