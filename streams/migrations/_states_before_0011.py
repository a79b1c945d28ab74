"""Reads the states that releases up to migration 0010 stored: one blob, of `trades` or of `orders`."""

from typing import Any

import msgspec

from streams.core.state import HistoryRow, State

WINDOW = 15_000  # milliseconds that a line of an order stays in its window
SITE = ("runs", "count", "second", "episode", "below_since", "notified", "suppressed", "newest")

_decode = msgspec.msgpack.Decoder(strict=False).decode
_encode = msgspec.msgpack.Encoder().encode


def read(blob: bytes) -> State | None:
    """Returns the state as it is stored now; None for a blob that is neither application's."""
    try:
        found = _decode(blob)
        if isinstance(found, dict) and "windows" in found:
            return _trades(found["clock"], found["windows"])
        if isinstance(found, dict) and "sites" in found:
            return _orders(found["clock"], found["sites"])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError):
        pass
    return None


def _trades(clock: int, windows: dict[int, dict[tuple[str, str], Any]]) -> State:
    return State(
        _encode(clock),
        {
            (ticker, side, str(minute)): _encode(tally)
            for minute, tallies in windows.items()
            for (ticker, side), tally in tallies.items()
        },
    )


def _orders(clock: int, sites: dict[str, Any]) -> State:
    entries, history = {}, []
    for name, found in sites.items():
        site = found if isinstance(found, dict) else dict(zip(SITE, found, strict=False))
        entries[name,] = _encode([site.get(field) or _default(field) for field in SITE[2:]])
        if runs := site.get("runs"):
            history.append(HistoryRow(name, runs[-1][0] + WINDOW + 1, _encode(((name,), runs))))
    return State(_encode((clock, clock)), entries, history)


def _default(field: str) -> int | None:
    return 0 if field in ("suppressed", "newest") else None
