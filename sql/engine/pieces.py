"""Divides large parts of a state into pieces, since the log of a lease takes an entry of 256 KiB at most."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from streams.core.state import HistoryRow, State, StateChange, StateKey

SIZE = 128 << 10  # bytes of a piece: its key and the names of operators come on top
MARK = "piece"  # before the number of a piece, at the end of its key; no operator has such a key
GOES_ON, ENDS = b"\xc1+", b"\xc1."  # before the pieces of a history row; no msgpack begins so


class Gathered(NamedTuple):
    """Holds a state in whole parts, and the number of stored pieces of each entry that has any."""

    state: State
    numbers: dict[StateKey, int]


class Pieces:
    """Divides the large parts of changes, and knows the entries that are stored in pieces."""

    def __init__(self, numbers: Mapping[StateKey, int] = {}) -> None:
        """Takes the number of stored pieces by entry."""
        self._numbers = dict(numbers)

    def divided(self, change: StateChange) -> StateChange:
        """Returns a change that stores the same in parts that are small enough."""
        put, removed = change.put, change.removed
        if self._numbers or max(map(len, put.values()), default=0) > SIZE:
            put, removed = self._entries(put, removed)
        history = change.history
        if max((len(row.data) for row in history), default=0) > SIZE:
            history = [piece for row in history for piece in _pieces(row)]
        return change._replace(put=put, removed=removed, history=history)

    def _entries(
        self, put: Mapping[StateKey, bytes], removed: Iterable[StateKey]
    ) -> tuple[dict[StateKey, bytes], list[StateKey]]:
        """Returns the entries to store and the keys to remove: also those of pieces that are not there any more."""
        found: dict[StateKey, bytes] = {}
        gone = [stored for key in removed for stored in self._forgotten(key)]
        for key, data in put.items():
            if len(data) <= SIZE:
                gone += self._forgotten(key) if key in self._numbers else []
                found[key] = data
            else:
                gone += self._forgotten(key)
                parts = list(_cut(data))
                self._numbers[key] = len(parts)
                found |= {_named(key, number): part for number, part in enumerate(parts)}
        return found, [key for key in gone if key not in found]

    def _forgotten(self, key: StateKey) -> list[StateKey]:
        """Returns the keys under which an entry is stored, and forgets its pieces."""
        number = self._numbers.pop(key, 0)
        return [_named(key, at) for at in range(number)] or [key]


def divided(state: State) -> State:
    """Returns a state in parts that are small enough."""
    found = Pieces().divided(StateChange(state.meta, state.entries, (), state.history))
    return State(found.meta, found.put, found.history)


def gathered(state: State) -> Gathered:
    """Returns a state with its parts made whole again."""
    entries: dict[StateKey, bytes] = {}
    pieces: dict[StateKey, dict[int, bytes]] = {}
    for key, data in state.entries.items():
        if len(key) > 3 and key[-2] == MARK:
            pieces.setdefault(key[:-2], {})[int(key[-1])] = data
        else:
            entries[key] = data
    for key, parts in pieces.items():
        entries[key] = b"".join(part for _, part in sorted(parts.items()))
    numbers = {key: len(parts) for key, parts in pieces.items()}
    return Gathered(State(state.meta, entries, list(_whole(state.history))), numbers)


def _whole(history: Iterable[HistoryRow]) -> Iterator[HistoryRow]:
    """Yields history rows, those in pieces as one: the pieces of a row follow each other."""
    parts: list[bytes] = []
    for row in history:
        mark = row.data[:2]
        if mark == GOES_ON:
            parts.append(row.data[2:])
        elif mark == ENDS:
            yield HistoryRow(row.key, row.until, b"".join([*parts, row.data[2:]]))
            parts = []
        else:
            yield row


def _named(key: StateKey, number: int) -> StateKey:
    return (*key, MARK, str(number))


def _cut(data: bytes) -> Iterator[bytes]:
    return (data[at : at + SIZE] for at in range(0, len(data), SIZE))


def _pieces(row: HistoryRow) -> Iterator[HistoryRow]:
    """Yields the pieces of a history row; the row itself if it is small."""
    if len(row.data) <= SIZE:
        yield row
        return
    parts = list(_cut(row.data))
    for number, part in enumerate(parts):
        yield HistoryRow(row.key, row.until, (ENDS if number == len(parts) - 1 else GOES_ON) + part)
