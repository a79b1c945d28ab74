"""Trades per minute, ticker and side: a tumbling window of one minute of arrival time."""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated

import msgspec

from streams.clock import MINUTE
from streams.names import MOST_NAME
from streams.processors.base import Decoder, padded, refuse
from streams.records import Batch, DeadRecord
from streams.results.trades import Side, Tally, TradeRow

GRACE = MINUTE  # how long a closed window is held, for stamps that run backwards a little, as Kinesis' may

PRICE_MOST, QUANTITY_MOST = 10**8, 10**8
# A tally past this takes no further trade, since the next one could be the one that a column of 64 bits cannot hold.
CENTS_MOST = 2**63 - 1 - PRICE_MOST * QUANTITY_MOST * 100

TICKERS_MOST = 20_000  # of a shard in a minute; a commit then writes some 5 MB of state

Key = tuple[str, Side]


class Trade(msgspec.Struct, gc=False, rename="camel"):
    """One trade, worth at most 10^18 cents; `id` is the producer's and not used."""

    ticker_symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
    trade_type: Side
    price: Annotated[float, msgspec.Meta(gt=0, le=PRICE_MOST)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MOST)]  # shares


class State(msgspec.Struct):
    clock: int = 0
    windows: dict[int, dict[Key, Tally]] = {}


decode = Decoder(Trade, "tickerSymbol", attrgetter("ticker_symbol"))
_encoder = msgspec.msgpack.Encoder()
_state_decoder = msgspec.msgpack.Decoder(State)


class TradesProcessor:
    """Processor of `trades`. Raises ValueError for a trade whose window is gone.

    `most` bounds the tickers that a shard counts in a minute, since each of them is kept in the state and in a row.
    """

    def __init__(self, snapshot: bytes = b"", most: int = TICKERS_MOST) -> None:
        self._state = _state_decoder.decode(snapshot) if snapshot else State()
        self._most = most
        self._tickers = {minute: {ticker for ticker, _ in tallies} for minute, tallies in self._state.windows.items()}
        self._changed: dict[tuple[int, Key], Tally] = {}

    def add(self, batch: Batch, events: list[Trade]) -> list[DeadRecord]:
        minute = batch.arrived - batch.arrived % MINUTE
        if minute + MINUTE + GRACE <= self._state.clock:
            raise ValueError("The record's arrival stamp is more than a minute behind the shard's clock.")
        tallies = self._state.windows.setdefault(minute, {})
        tickers = self._tickers.setdefault(minute, set())
        last: dict[Key, int] = {}
        refused: list[int] = []
        full: list[int] = []
        for index, trade in enumerate(events):
            key = (trade.ticker_symbol, trade.trade_type)
            tally = tallies.get(key)
            if tally is None:
                if len(tickers) >= self._most and key[0] not in tickers:
                    refused.append(index)
                    continue
                tickers.add(key[0])
                tallies[key] = Tally.of(trade.price, trade.quantity)
            elif tally.cents > CENTS_MOST:
                full.append(index)
                continue
            else:
                tally.add(trade.price, trade.quantity)
            last[key] = index
        for key, index in last.items():
            tallies[key].reached = padded(batch.sequences[index])
            self._changed[minute, key] = tallies[key]
        return refuse(batch, refused, self._reason) + refuse(batch, full, _full)

    def advance(self, clock: int) -> None:
        self._state.clock = max(self._state.clock, clock)
        windows = self._state.windows
        for minute in [minute for minute in windows if minute + MINUTE + GRACE <= clock]:
            del windows[minute]
            self._tickers.pop(minute, None)

    def take(self) -> list[TradeRow] | None:
        rows = [TradeRow(minute, *key, tally) for (minute, key), tally in self._changed.items()]
        self._changed.clear()
        return rows or None

    def _reason(self, ticker: str) -> str:
        return (
            f"The shard counts {self._most:,} tickers in this minute, the most that TICKERS_MOST allows; "
            f"{ticker!r} would be one more."
        )

    def snapshot(self) -> bytes:
        return _encoder.encode(self._state)


def _full(ticker: str) -> str:
    return (
        f"The trades of {ticker!r} in this minute are worth more than {CENTS_MOST // 100:,} already, "
        "the most that is added up. A replay counts this one in a later minute."
    )


def set_back(snapshot: bytes, clock: int) -> bytes:
    """Returns the state with its clock no later than `clock`, in milliseconds."""
    state = _state_decoder.decode(snapshot)
    state.clock = min(state.clock, clock)
    return _encoder.encode(state)


def inherit(snapshots: list[bytes], owns: Callable[[str], bool], clock: int | None = None) -> bytes:
    """Returns the state of a child shard: what its parents held of the keys that it owns, as of `clock` if given."""
    parents = [_state_decoder.decode(snapshot) for snapshot in snapshots if snapshot]
    child = State(clock=max((parent.clock for parent in parents), default=0) if clock is None else clock)
    for parent in parents:
        for minute, tallies in parent.windows.items():
            mine = {key: tally for key, tally in tallies.items() if owns(key[0])}
            child.windows.setdefault(minute, {}).update(mine)
    return _encoder.encode(child)
