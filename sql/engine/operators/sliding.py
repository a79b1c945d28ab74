"""Keeps the sliding windows of an Over. Generated code takes the rows in and out; here is what outlives a row."""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from sql.codegen.frames import FrameCode
from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.engine.operators.report import shown
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

    Rows of a RANGE go into the history, those of each commit once. The windows of ROWS, and those without a bound, are
    entries that are written anew when they changed.
    """

    def __init__(self, code: FrameCode, number: int, partition: int | None, rows_most: int, windows_most: int) -> None:
        self.windows: dict[Any, Any] = {}
        self.unsaved: list[Any] = []
        self._code, self._number, self._partition = code, number, partition
        self._rows_most, self._windows_most = rows_most, windows_most // max(1, (code.frame.rows or 0) // 10)
        self._single = len(code.frame.partition) == 1
        self._range = code.frame.range or 0
        self._columns = [arg.column for arg in code.columns]
        self._compact = {arg.column for arg in code.columns if arg.is_compact}
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
            raise RowError(Fault.LIMIT, MANY_WINDOWS.format(most=self._windows_most, key=shown(key)))
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

    def _keys(self, key: Any) -> Sequence[Any]:
        return (key,) if self._single else key

    def _entry(self, key: Any) -> Key:
        keys = self._keys(key)
        value = None if self._partition is None else keys[self._partition]
        first = "" if value is None else str(value)
        return (first, str(self._number)) if self._code.ranged else (first, str(self._number), _name(keys))

    def changes(self) -> tuple[dict[Key, bytes], list[HistoryEntry]]:
        """Returns the entries of windows that changed, and the rows that entered windows of a RANGE."""
        unsaved, written = self.unsaved[:], self._code
        self.unsaved.clear()  # in place: generated code has its `append`
        put: dict[Key, bytes] = {}
        history: list[HistoryEntry] = []
        for window in unsaved:
            new, window.u = window.u, 0
            if written.ranged:
                history += self._history(window, new)
            else:
                put[self._entry(window.key)] = self._dump(window)
        return put, history

    def _history(self, window: Any, new: int) -> list[HistoryEntry]:
        new = min(new, len(window.t) - window.g)
        times = window.t[-new:] if new else ()
        if not times or times[-1] + self._range < self._now:
            return []
        steps = [0, *(later - earlier for earlier, later in pairwise(times))]
        columns = [self._values(window, name, len(window.t) - new) for name in self._columns]
        data = pack([list(self._keys(window.key)), times[0], steps, *columns])
        return [HistoryEntry(self._entry(window.key), times[-1] + self._range + 1, data)]

    def _dump(self, window: Any) -> bytes:
        keys = list(self._keys(window.key))
        if self._code.endless:
            return pack([keys, window.e, *(_plain(getattr(window, name)) for name in self._code.running_slots)])
        rows = self._code.frame.rows or 0
        return pack([keys, min(window.e, rows), *(self._values(window, name, window.g) for name in self._columns)])

    def _values(self, window: Any, name: str, first: int) -> list[Any]:
        """Returns the values of a column from a place on."""
        values = getattr(window, name)[first:]
        return [None if value != value else value for value in values] if name in self._compact else list(values)

    def restore(self, entries: Mapping[Key, bytes], history: Sequence[HistoryEntry]) -> None:
        """Takes the state of `changes`."""
        for entry in history:
            keys, time, steps, *columns = unpack(entry.data)
            self._restore_rows(keys, time, steps, columns)
        for data in entries.values():
            keys, number, *values = unpack(data)
            window = self._window(keys)
            if self._code.endless:
                window.e = number
                for name, value in zip(self._code.running_slots, values, strict=True):
                    _load(window, name, value)
            else:
                window.e = 0 if values else number
                for row in zip(*values, strict=True):
                    self._made.enter(window, *row)
        self._batches = deque(sorted(self._batches))

    def _window(self, keys: Sequence[Any]) -> Any:
        key = keys[0] if self._single else tuple(keys)
        window = self.windows.get(key)
        if window is None:
            window = self.windows[key] = self._made.new(key)
        return window

    def _restore_rows(self, keys: Sequence[Any], time: int, steps: Sequence[int], columns: Sequence[Any]) -> None:
        window, enter = self._window(keys), self._made.enter
        new = not window.t
        times = list(accumulate(steps, initial=time))[1:]
        enter(window, times, *columns)
        self._batches.extend(Counter(times).items())
        self._live += len(steps)
        if new:
            self._rest(window.key, times[-1])

    @property
    def size(self) -> int:
        """Returns about how many bytes the windows take."""
        frame = self._code.frame
        rows = self._live if self._code.ranged else len(self.windows) * (frame.rows or 1)
        return len(self.windows) * WINDOW_SIZE + rows * 8 * (1 + 2 * len(self._columns))

    def stored(self) -> list[Key]:
        """Returns the keys of all entries, stored or not."""
        return [] if self._code.ranged else [self._entry(key) for key in self.windows]


def _name(keys: Sequence[Any]) -> str:
    """Returns key values as text, one for each byte."""
    return pack(keys).decode("latin-1")


def _plain(value: Any) -> Any:
    """Returns a running value as lists of values."""
    if isinstance(value, dict):
        return [list(value), list(value.values())]
    return list(value) if isinstance(value, deque) else value


def _load(window: Any, name: str, value: Any) -> None:
    now = getattr(window, name)
    if isinstance(now, dict):
        value = dict(zip(*value, strict=True))
    setattr(window, name, deque(value) if isinstance(now, deque) else value)


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
        put: dict[Key, bytes] = {}
        history: list[HistoryEntry] = []
        for frame in self.frames:
            entries, rows = frame.changes()
            put |= entries
            history += rows
        return Change(put, (), history)

    def stored(self) -> list[Key]:
        return [key for frame in self.frames for key in frame.stored()]

    def size(self) -> int:
        return sum(frame.size for frame in self.frames)


def moved(entry: HistoryEntry, watermark: int, late: Callable[[int], int | None]) -> list[HistoryEntry]:
    """Returns rows of the history in which those after the watermark have another time, or are gone.

    `late` returns the new time of such a row, in milliseconds, or None for none.
    """
    keys, time, steps, *columns = unpack(entry.data)
    times = []
    for step in steps:
        time += step
        times.append(time if time <= watermark else late(time))
    if time <= watermark:
        return [entry]
    kept = [place for place, each in enumerate(times) if each is not None]
    if not kept:
        return []
    found = [each for each in times if each is not None]
    stays = entry.until - time
    columns = [[column[place] for place in kept] for column in columns]
    data = pack([keys, found[0], [0, *(later - earlier for earlier, later in pairwise(found))], *columns])
    return [HistoryEntry(entry.key, found[-1] + stays, data)]
