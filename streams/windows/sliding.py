"""Keeps sliding windows: the sum of an amount by key over the last N milliseconds, both ends included.

This is the frame SUM(amount) OVER (PARTITION BY key RANGE INTERVAL … PRECEDING) of SQL. With an amount of 1 for each
record the sum is a count. Amounts are whole numbers, so that a sum is exact in any order of addition.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from streams.core.state import EMPTY, HistoryRow, State, StateChange, StateKey, merge

Run = tuple[int, int]  # a millisecond, and the amount added in it


class Left(NamedTuple):
    """Describes one run that has left its window."""

    key: StateKey
    moment: int  # the first millisecond at which the window no longer holds the run
    before: int  # the sum with it
    after: int  # the sum without it


class Meta(msgspec.Struct, array_like=True):
    """Holds the watermark, and the moment up to which leaving runs were removed.

    These differ only in a child of several parents, until its first step: runs of one parent that the watermark of the
    other has passed may still have to be reported as left.
    """

    watermark: int = 0
    emptied_to: int = 0


class _Sum:
    """Holds the runs of one key, oldest first, of which the first `gone` have left its window, and the others' sum.

    Runs that have left are deleted once they are half of all, so that each costs little for any length of the window. A
    deque would take ten times the memory for a key with a few runs.
    """

    __slots__ = ("gone", "runs", "total", "unsaved")

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.gone = 0
        self.total = 0
        self.unsaved = 0  # how many of the newest runs no changes() call has returned


_encode = msgspec.msgpack.Encoder().encode
_decode_meta = msgspec.msgpack.Decoder(Meta).decode
_decode_row = msgspec.msgpack.Decoder(tuple[StateKey, list[Run]]).decode


class SlidingSums:
    """Keeps the sums of one shard. `length` is in milliseconds: the window at T holds T - length to T, both included.

    A step costs time for the runs that are due, not for all keys: `_due` holds the keys by the moment at which their
    oldest run leaves, and `_moments` is a heap of these moments. Thousands of keys share a moment, so that a heap of
    keys would compare names most of the time. Memory grows with the milliseconds in which a key had records, and not
    with its rate.
    """

    def __init__(self, length: int, state: State = EMPTY) -> None:
        meta = meta_of(state)
        self.watermark = meta.watermark
        self._emptied_to = meta.emptied_to
        self._stay = length + 1
        self._sums: dict[StateKey, _Sum] = {}
        self._unsaved: dict[StateKey, _Sum] = {}
        for row in state.history:
            key, runs = runs_of(row)
            self._restore(key, [run for run in runs if run[0] + self._stay > self._emptied_to])
        self._due: dict[int, list[StateKey]] = {}
        self._moments: list[int] = []
        for key, window in self._sums.items():
            self._leaving(window.runs[0][0] + self._stay).append(key)

    def __len__(self) -> int:
        """Returns the number of keys whose windows are not empty."""
        return len(self._sums)

    def total(self, key: StateKey) -> int:
        """Returns the sum of a key's window at the watermark."""
        window = self._sums.get(key)
        return window.total if window else 0

    def add(self, amounts: Iterable[tuple[StateKey, int]]) -> list[int]:
        """Adds an amount to each key at the watermark, which the caller has advanced, and returns the keys' new sums.

        A batch of thousands of keys takes one call, since a call for each key would take as long as its work.
        """
        moment, leaves = self.watermark, self.watermark + self._stay
        sums, unsaved, totals = self._sums, self._unsaved, list[int]()
        for key, amount in amounts:
            window = sums.get(key)
            if window is None:
                window = sums[key] = _Sum()
                self._leaving(leaves).append(key)
            window.runs.append((moment, amount))
            window.total = total = window.total + amount
            if not window.unsaved:
                unsaved[key] = window
            window.unsaved += 1
            totals.append(total)
        return totals

    def is_due(self, watermark: int) -> bool:
        """Returns whether a run leaves by this millisecond."""
        return bool(self._moments) and self._moments[0] <= watermark

    def advance(self, watermark: int) -> list[Left]:
        """Advances the watermark and returns the runs that left; those of one key together, oldest first."""
        self.watermark = self._emptied_to = max(self.watermark, watermark)
        left: list[Left] = []
        moments = self._moments
        while moments and moments[0] <= self.watermark:
            self._leave(self._due.pop(heappop(moments)), left)
        return left

    def _leave(self, keys: list[StateKey], left: list[Left]) -> None:
        """Appends the due runs of these keys to `left`, and removes them."""
        sums, due, stay = self._sums, self._due, self._stay
        newest = self.watermark - stay  # the last millisecond that leaves
        make = tuple.__new__  # at half the cost of Left(…)
        for key in keys:
            window = sums[key]
            runs, gone, total = window.runs, window.gone, window.total
            while gone < len(runs) and runs[gone][0] <= newest:
                moment, amount = runs[gone]
                left.append(make(Left, (key, moment + stay, total, total - amount)))
                total -= amount
                gone += 1
            if 2 * gone >= len(runs):
                del runs[:gone]
                gone = 0
            window.gone, window.total = gone, total
            if runs:
                leaves = runs[gone][0] + stay
                (due.get(leaves) or self._leaving(leaves)).append(key)
            else:
                del sums[key]

    def _leaving(self, moment: int) -> list[StateKey]:
        """Returns the keys whose oldest run leaves at that moment, to be added to."""
        keys = self._due.get(moment)
        if keys is None:
            keys = self._due[moment] = []
            heappush(self._moments, moment)
        return keys

    def changes(self) -> StateChange:
        """Returns the runs that were added since the last call, as one history row a key."""
        rows: list[HistoryRow] = []
        for key, window in self._unsaved.items():
            new = window.runs[max(window.gone, len(window.runs) - window.unsaved) :]
            window.unsaved = 0
            if new:
                rows.append(HistoryRow(key[0], new[-1][0] + self._stay, _encode((key, new))))
        self._unsaved = {}
        return StateChange(_encode(Meta(self.watermark, self._emptied_to)), history=rows)

    def _restore(self, key: StateKey, runs: list[Run]) -> None:
        if runs:
            window = self._sums.setdefault(key, _Sum())
            window.runs += runs
            window.total += sum(amount for _, amount in runs)


def meta_of(state: State) -> Meta:
    """Returns the meta that sliding windows wrote; zeros if there is none."""
    return _decode_meta(state.meta) if state.meta else Meta()


def runs_of(row: HistoryRow) -> tuple[StateKey, list[Run]]:
    """Returns the key of a history row and its runs, oldest first."""
    return _decode_row(row.data)


def row_of(key: StateKey, runs: list[Run], until: int) -> HistoryRow:
    """Makes a history row that is void from `until` on, in milliseconds."""
    return HistoryRow(key[0], until, _encode((key, runs)))


def set_back(state: State, watermark: int) -> State:
    """Returns the state without times later than `watermark`, in milliseconds.

    Amounts that were added at a later time count as of `watermark`, so that they leave the window in time.
    """
    meta = meta_of(state)
    rows = [_set_back(row, watermark) for row in _without_left(state).history]
    kept = Meta(min(meta.watermark, watermark), min(meta.emptied_to, watermark))
    return State(_encode(kept), state.entries, rows)


def _set_back(row: HistoryRow, watermark: int) -> HistoryRow:
    key, runs = runs_of(row)
    newest = runs[-1][0]
    if newest <= watermark:
        return row
    moved = [(min(moment, watermark), amount) for moment, amount in runs]
    return row_of(key, moved, row.until - newest + watermark)


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    """Returns the state of a child shard: its parents' runs of the keys that it owns.

    With `watermark`, in milliseconds, amounts of a later time are removed: when a worker continues with an older stream
    of the same name, their records are still to come.
    """
    metas = [meta_of(state) for state in states if state.meta]
    merged = merge([_without_left(state) for state in states], owns)
    latest = max((meta.watermark for meta in metas), default=0) if watermark is None else watermark
    meta = Meta(latest, min([latest, *(meta.emptied_to for meta in metas)]))
    history = merged.history if watermark is None else list(_kept(merged.history, lambda at, _: at <= watermark))
    return State(_encode(meta), merged.entries, history)


def _without_left(state: State) -> State:
    """Removes the runs that have left by the state's own watermark, which the child's may be behind."""
    emptied_to = meta_of(state).emptied_to
    return state._replace(history=list(_kept(state.history, lambda moment, until: until > emptied_to)))


def _kept(rows: Iterable[HistoryRow], keeps: Callable[[int, int], bool]) -> Iterator[HistoryRow]:
    """Yields the rows without some runs; `keeps` is called with each run's moment and the moment at which it leaves."""
    for row in rows:
        key, runs = runs_of(row)
        stay = row.until - runs[-1][0]
        kept = [(moment, amount) for moment, amount in runs if keeps(moment, moment + stay)]
        if kept:
            yield row if len(kept) == len(runs) else row_of(key, kept, kept[-1][0] + stay)
