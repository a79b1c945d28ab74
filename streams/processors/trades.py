"""Trades per minute, ticker and side: a tumbling window of one minute of arrival time."""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated

import msgspec

from streams.clock import MINUTE
from streams.processors.base import Decoder, padded
from streams.records import Batch
from streams.results.trades import Side, Tally, TradeRow

GRACE = MINUTE  # how long a closed window is held, for stamps that run backwards a little, as Kinesis' may

Key = tuple[str, Side]


class Trade(msgspec.Struct, gc=False, rename="camel"):
    """One trade. Bounds keep the sums within 64 bits; `id` is the producer's and not used."""

    ticker_symbol: Annotated[str, msgspec.Meta(min_length=1, max_length=16)]
    trade_type: Side
    price: Annotated[float, msgspec.Meta(gt=0, le=1e8)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=10**8)]  # shares


class State(msgspec.Struct):
    clock: int = 0
    windows: dict[int, dict[Key, Tally]] = {}


decode = Decoder(Trade, "tickerSymbol", attrgetter("ticker_symbol"))
_encoder = msgspec.msgpack.Encoder()
_state_decoder = msgspec.msgpack.Decoder(State)


class TradesProcessor:
    """Processor of `trades`. Raises ValueError for a trade whose window is gone."""

    def __init__(self, snapshot: bytes = b"") -> None:
        self._state = _state_decoder.decode(snapshot) if snapshot else State()
        self._changed: dict[tuple[int, Key], Tally] = {}

    def add(self, batch: Batch, events: list[Trade]) -> None:
        minute = batch.arrived - batch.arrived % MINUTE
        if minute + MINUTE + GRACE <= self._state.clock:
            raise ValueError("The record's arrival stamp is more than a minute behind the shard's clock.")
        tallies = self._state.windows.setdefault(minute, {})
        last: dict[Key, int] = {}
        for index, trade in enumerate(events):
            key = (trade.ticker_symbol, trade.trade_type)
            tally = tallies.get(key)
            if tally is None:
                tallies[key] = Tally.of(trade.price, trade.quantity)
            else:
                tally.add(trade.price, trade.quantity)
            last[key] = index
        for key, index in last.items():
            tallies[key].reached = padded(batch.sequences[index])
            self._changed[minute, key] = tallies[key]

    def advance(self, clock: int) -> None:
        self._state.clock = max(self._state.clock, clock)
        windows = self._state.windows
        for minute in [minute for minute in windows if minute + MINUTE + GRACE <= clock]:
            del windows[minute]

    def take(self) -> list[TradeRow] | None:
        rows = [TradeRow(minute, *key, tally) for (minute, key), tally in self._changed.items()]
        self._changed.clear()
        return rows or None

    def snapshot(self) -> bytes:
        return _encoder.encode(self._state)


def inherit(snapshots: list[bytes], owns: Callable[[str], bool], clock: int | None = None) -> bytes:
    """Returns the state of a child shard: what its parents held of the keys that it owns, as of `clock` if given."""
    parents = [_state_decoder.decode(snapshot) for snapshot in snapshots if snapshot]
    child = State(clock=max((parent.clock for parent in parents), default=0) if clock is None else clock)
    for parent in parents:
        for minute, tallies in parent.windows.items():
            mine = {key: tally for key, tally in tallies.items() if owns(key[0])}
            child.windows.setdefault(minute, {}).update(mine)
    return _encoder.encode(child)
