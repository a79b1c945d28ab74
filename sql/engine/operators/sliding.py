"""Keeps the sliding windows of an Over. Generated code takes the rows in and out; here is the lasting part."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sql.codegen.frames import FrameCode
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.engine.operators.sliding_state import Naming, store_of
from sql.engine.showing import shown_keys
from sql.errors import Fault, RowError

ROWS_MOST = 5_000_000  # in the windows of one frame
WINDOWS_MOST = 1_000_000  # of one frame; senders choose keys
WINDOW_SIZE = 500  # bytes of a window in memory, without its rows
SWEEPS = 16  # times in the length of a window that keys at rest are looked for

MANY_ROWS = (
    "The windows hold {most:,} rows, the most there may be, so that this row is left out; use a shorter window, or "
    "count by minute first."
)
MANY_WINDOWS = (
    "There are {most:,} windows, the most there may be, so that the row of the new key {key} is left out; "
    "partition by fewer columns, or by a time range."
)


@dataclass(slots=True)
class Made:
    """Holds the functions of generated code for one frame: they make a window, and fill it.

    `enter` takes a window and, of a RANGE, the times and columns of rows; of other frames, the arguments of one row.
    """

    new: Callable[[Any], Any]
    enter: Callable[..., None]


class SlidingFrame:
    """Keeps the windows of one frame by key.

    `sliding_state` stores them.
    """

    def __init__(self, code: FrameCode, number: int, partition: int | None, rows_most: int, windows_most: int) -> None:
        self.windows: dict[Any, Any] = {}
        self.unsaved: list[Any] = []
        self._code, self._naming = code, Naming(code, number, partition)
        self._store = store_of(self._naming)
        self._rows_most, self._windows_most = rows_most, windows_most // max(1, (code.frame.rows or 0) // 10)
        self._range = code.frame.range or 0
        self._now = 0
        self._live = 0  # rows within the range
        self._batches: deque[tuple[int, int]] = deque()  # row time and number of rows, of those
        self._sweep = max(1000, self._range // SWEEPS)
        self._resting: dict[int, list[Any]] = {}  # keys to look at, by sweep
        self.due: int | None = None  # the row time of the next sweep
        self._made: Made

    def attach(self, made: Made) -> None:
        self._made = made

    def begin(self, time: int) -> int:
        """Begins with rows of one row time; returns how many may come."""
        self._now = time
        batches, low = self._batches, time - self._range
        while batches and batches[0][0] < low:
            self._live -= batches.popleft()[1]
        return self._rows_most - self._live

    def entered(self, time: int, rows: int) -> None:
        """Counts rows that entered."""
        if rows:
            self._live += rows
            self._batches.append((time, rows))

    def full(self) -> None:
        """Refuses a row for which there is no room."""
        raise RowError(Fault.LIMIT, MANY_ROWS.format(most=self._rows_most))

    def opened(self, key: Any) -> Any:
        """Returns a new window; raises RowError for one too many."""
        if len(self.windows) >= self._windows_most:
            raise RowError(
                Fault.LIMIT,
                MANY_WINDOWS.format(most=self._windows_most, key=shown_keys(self._code.frame.partition, key)),
            )
        window = self.windows[key] = self._made.new(key)
        if self._code.ranged:
            self._rest(key, self._now)
        return window

    def _rest(self, key: Any, last: int) -> None:
        """Makes a key be looked at once a row of time `last` has left its window."""
        sweep = (last + self._range) // self._sweep + 1
        self._resting.setdefault(sweep, []).append(key)
        if self.due is None or sweep * self._sweep < self.due:
            self.due = sweep * self._sweep

    def fire(self, time: int) -> None:
        """Drops the windows without rows among those to look at."""
        for key in self._resting.pop(min(self._resting)):
            last = self.windows[key].t[-1] if self.windows[key].t else 0
            if last + self._range < time:
                del self.windows[key]
            else:
                self._rest(key, last)
        self.due = min(self._resting) * self._sweep if self._resting else None

    def changes(self) -> Change:
        """Returns the entries of windows that changed, and the rows that entered windows of a RANGE."""
        unsaved = self.unsaved[:]
        self.unsaved.clear()  # in place: generated code has its `append`
        return self._store.changes(unsaved, self._now)

    def restore(self, entries: Mapping[Key, bytes], history: Sequence[HistoryEntry]) -> None:
        """Takes the state of `changes`."""
        self._store.restore(self, self._made.enter, entries, history)
        if self._code.ranged:
            counts = Counter(time for window in self.windows.values() for time in window.t)
            self._batches = deque(sorted(counts.items()))
            self._live = counts.total()
            for key, window in self.windows.items():
                self._rest(key, window.t[-1])

    def window(self, keys: Sequence[Any]) -> Any:
        """Returns the window of key values, a new one if there is none."""
        key = self._naming.key(keys)
        window = self.windows.get(key)
        if window is None:
            window = self.windows[key] = self._made.new(key)
        return window

    @property
    def size(self) -> int:
        """Returns about how many bytes the windows take."""
        frame = self._code.frame
        rows = self._live if self._code.ranged else len(self.windows) * (frame.rows or 1)
        return len(self.windows) * WINDOW_SIZE + rows * 8 * (1 + 2 * len(self._naming.columns))

    def stored(self) -> list[Key]:
        """Returns the keys of all entries, stored or not."""
        return self._store.stored(self.windows.values())


class SlidingOperator:
    """Keeps all frames of an Over; its rows leave inside the loop of generated code."""

    def __init__(
        self,
        codes: Sequence[FrameCode],
        partitions: Sequence[int | None],
        *,
        rows_most: int = ROWS_MOST,
        windows_most: int = WINDOWS_MOST,
    ) -> None:
        """Makes the operator; `partitions` has the place of the partition key in the keys of each frame."""
        frames = enumerate(zip(codes, partitions, strict=True))
        self.frames = [SlidingFrame(code, number, at, rows_most, windows_most) for number, (code, at) in frames]

    def restore(self, kept: Kept) -> None:
        """Takes the stored state, once generated code is attached."""
        for number, frame in enumerate(self.frames):
            mark = str(number)
            entries = {key: data for key, data in kept.entries.items() if key[1] == mark}
            frame.restore(entries, [entry for entry in kept.history if entry.key[1] == mark])

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        raise NotImplementedError  # the rows go through the loop

    def due(self) -> int | None:
        """Returns the time at which windows without rows are looked for."""
        if len(self.frames) == 1:
            return self.frames[0].due
        return min((frame.due for frame in self.frames if frame.due is not None), default=None)

    def fire(self, time: int) -> list[Row]:
        """Drops windows without rows; no row leaves."""
        for frame in self.frames:
            if frame.due is not None and frame.due <= time:
                frame.fire(time)
        return []

    def changes(self) -> Change:
        """Returns the rows and windows that changed since the last call."""
        changes = [frame.changes() for frame in self.frames]
        put = {key: data for change in changes for key, data in change.put.items()}
        removed = [key for change in changes for key in change.removed]
        return Change(put, removed, [entry for change in changes for entry in change.history])

    def stored(self) -> list[Key]:
        return [key for frame in self.frames for key in frame.stored()]

    def size(self) -> int:
        return sum(frame.size for frame in self.frames)
