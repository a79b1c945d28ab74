"""Packs the states of operators into the one state of a processor, and opens it."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from sql.engine.contract import Change, HistoryEntry, Kept, Key
from sql.engine.pieces import gathered
from streams.core.state import HistoryRow, State, StateChange, StateKey


class Meta(msgspec.Struct, array_like=True):
    """Holds the row time that was reached, and the generation of the operators that have another than 0.

    A generation tells an operator's state from that of an equal one, which a former version of the script had.
    """

    time: int = 0
    generations: dict[str, int] = {}


class _History(msgspec.Struct, array_like=True):
    operator: str
    rest: tuple[str, ...]
    data: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode_meta = msgspec.msgpack.Decoder(Meta).decode
_decode_history = msgspec.msgpack.Decoder(_History).decode


class Opened(NamedTuple):
    """Holds an opened state: the state of each operator, and the keys of operators that are not there any more.

    `pieces` has the number of pieces by entry, where entries are stored so.
    """

    meta: Meta
    kept: Mapping[str, Kept]
    stale: Sequence[StateKey]
    pieces: Mapping[StateKey, int]


def meta_of(state: State) -> Meta:
    """Returns the meta of a state; zeros if there is none."""
    return _decode_meta(state.meta) if state.meta else Meta()


def packed(meta: Meta) -> bytes:
    return _encode(meta)


def opened(state: State, names: Collection[str]) -> Opened:
    """Returns a state by operator. `names` are those of the operators that exist."""
    meta = meta_of(state)
    state, pieces = gathered(state)
    known = {stored_name(name, meta): name for name in names}
    entries: dict[str, dict[Key, bytes]] = {name: {} for name in names}
    history: dict[str, list[HistoryEntry]] = {name: [] for name in names}
    stale = []
    for (first, operator, *rest), data in state.entries.items():
        if operator in known:
            entries[known[operator]][(first, *rest)] = data
        else:
            stale.append((first, operator, *rest))
    for row in state.history:
        found = _decode_history(row.data)
        if found.operator in known:
            history[known[found.operator]].append(HistoryEntry((row.key, *found.rest), row.until, found.data))
    return Opened(meta, {name: Kept(entries[name], history[name]) for name in names}, stale, pieces)


def stored_name(name: str, meta: Meta) -> str:
    """Returns the name under which an operator's state is stored."""
    generation = meta.generations.get(name, 0)
    return f"{name}~{generation}" if generation else name


def joined(meta: Meta, changes: Mapping[str, Change], removed: Sequence[StateKey]) -> StateChange:
    """Returns the change of the whole state from those of the operators, by their stored names."""
    put: dict[StateKey, bytes] = {}
    gone = list(removed)
    history: list[HistoryRow] = []
    for name, change in changes.items():
        put |= {(key[0], name, *key[1:]): data for key, data in change.put.items()}
        gone += [(key[0], name, *key[1:]) for key in change.removed]
        for entry in change.history:
            data = _encode(_History(name, entry.key[1:], entry.data))
            history.append(HistoryRow(entry.key[0], entry.until, data))
    return StateChange(_encode(meta), put, gone, history)
