"""Defines the state of one processor: a small meta part, entries by key, and history rows that expire by themselves."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

StateKey = tuple[str, ...]  # the first part is the partition key, by which a child shard inherits


class HistoryRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Holds one row of a window's history; it is void once the watermark reaches `until`, in milliseconds."""

    key: str  # the partition key
    until: int
    data: bytes


class State(NamedTuple):
    """Holds everything that a processor needs to start again."""

    meta: bytes = b""  # in the application's own format, a few hundred bytes at most; it is written with each commit
    entries: Mapping[StateKey, bytes] = {}
    history: Sequence[HistoryRow] = ()  # in the order in which the rows were added


EMPTY = State()  # the state of a new processor


class StateChange(NamedTuple):
    """Holds the difference that a commit stores: the changes of a processor since the last call."""

    meta: bytes = b""
    put: Mapping[StateKey, bytes] = {}
    removed: Collection[StateKey] = ()
    history: Sequence[HistoryRow] = ()  # rows to add


def merge(states: Iterable[State], owns: Callable[[str], bool]) -> State:
    """Returns the entries and the history of the partition keys for which `owns` returns True. No meta.

    A later state's entry wins. For each partition key that the later state mentions, its history replaces an earlier
    state's: it continues the same history, so both together would count twice.
    """
    entries: dict[StateKey, bytes] = {}
    history: dict[str, list[HistoryRow]] = {}
    for state in states:
        for key, data in state.entries.items():
            if owns(key[0]):
                entries[key] = data
                history[key[0]] = []
        later: dict[str, list[HistoryRow]] = {}
        for row in state.history:
            if owns(row.key):
                later.setdefault(row.key, []).append(row)
        history |= later
    return State(b"", entries, [row for rows in history.values() for row in rows])


def changed(state: State, change: StateChange) -> State:
    """Returns the state after a change."""
    removed = set(change.removed)
    entries = {key: data for key, data in state.entries.items() if key not in removed} | dict(change.put)
    return State(change.meta, entries, [*state.history, *change.history])
