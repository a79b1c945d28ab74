"""Stores the windows of one frame: those of a RANGE as history, small ones whole, large ones in chunks of rows."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Any, Protocol

from sql.codegen.frames import FrameCode
from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, HistoryEntry, Key

NAME_MOST = 1024  # bytes of a window's name
LARGE = 64  # rows of a window of ROWS: beyond, it is stored in chunks
CHUNKS = 16  # of a full window, about

Enter = Callable[..., None]  # takes a window and, of a RANGE, times and columns; else the arguments of one row


class Windows(Protocol):
    """Gives the windows of a frame."""

    def window(self, keys: Sequence[Any]) -> Any:
        """Returns the window of key values, a new one if there is none."""


class Naming:
    """Names the windows of a frame, and reads their columns."""

    def __init__(self, code: FrameCode, number: int, partition: int | None) -> None:
        """Takes the number of the frame, and the place of the partition key in its keys."""
        self.code, self.number, self.partition = code, number, partition
        self.rows = code.frame.rows or 0
        self.columns = [arg.column for arg in code.columns]
        self._single = len(code.frame.partition) == 1
        self._compact = {arg.column for arg in code.columns if arg.is_compact}

    def keys(self, key: Any) -> Sequence[Any]:
        """Returns the key values of a window's key."""
        return (key,) if self._single else key

    def key(self, keys: Sequence[Any]) -> Any:
        """Returns a window's key."""
        return keys[0] if self._single else tuple(keys)

    def first(self, key: Any) -> Key:
        """Returns the beginning of a window's entries: the partition key and the frame."""
        value = None if self.partition is None else self.keys(key)[self.partition]
        return ("" if value is None else str(value), str(self.number))

    def entry(self, key: Any) -> Key:
        """Returns the name of a window: its key values as text, a character for each byte; a hash if long."""
        name = pack(self.keys(key))
        if len(name) > NAME_MOST:
            name = blake2b(name, digest_size=32).hexdigest().encode()
        return (*self.first(key), name.decode("latin-1"))

    def values(self, window: Any, first: int) -> list[list[Any]]:
        """Returns the columns of a window from a place on."""
        return [self._column(window, name, first) for name in self.columns]

    def _column(self, window: Any, name: str, first: int) -> list[Any]:
        values = getattr(window, name)[first:]
        return [None if value != value else value for value in values] if name in self._compact else list(values)


class RangeStore:
    """Stores the rows of a RANGE once, as rows of history."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._stay = (naming.code.frame.range or 0) + 1

    def changes(self, windows: Iterable[Any], now: int) -> Change:
        """Returns the rows that entered windows, but for those that have left them at the time `now`."""
        history = []
        for window in windows:
            new, window.u = min(window.u, len(window.t) - window.g), 0
            times = window.t[-new:] if new else ()
            if times and times[-1] + self._stay > now:
                steps = [0, *(later - earlier for earlier, later in pairwise(times))]
                columns = self._naming.values(window, len(window.t) - new)
                data = pack([list(self._naming.keys(window.key)), times[0], steps, *columns])
                history.append(HistoryEntry(self._naming.first(window.key), times[-1] + self._stay, data))
        return Change({}, (), history)

    def restore(
        self, windows: Windows, enter: Enter, entries: Mapping[Key, bytes], history: Sequence[HistoryEntry]
    ) -> None:
        for entry in history:
            keys, time, steps, *columns = unpack(entry.data)
            enter(windows.window(keys), list(accumulate(steps, initial=time))[1:], *columns)

    def stored(self, windows: Iterable[Any]) -> list[Key]:
        """Returns the keys of the entries of windows."""
        return []


class WholeStore:
    """Stores a window that changed as one entry: its few rows, or its running values if no row ever leaves."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    def changes(self, windows: Iterable[Any], now: int) -> Change:
        put = {}
        for window in windows:
            window.u = 0
            put[self._naming.entry(window.key)] = pack([list(self._naming.keys(window.key)), *self._dumped(window)])
        return Change(put)

    def _dumped(self, window: Any) -> list[Any]:
        code, naming = self._naming.code, self._naming
        if code.endless:
            return [window.e, *(_plain(getattr(window, name)) for name in code.running_slots)]
        return [min(window.e, naming.rows), *naming.values(window, window.g)]

    def restore(
        self, windows: Windows, enter: Enter, entries: Mapping[Key, bytes], history: Sequence[HistoryEntry]
    ) -> None:
        code = self._naming.code
        for data in entries.values():
            keys, number, *values = unpack(data)
            window = windows.window(keys)
            if code.endless:
                window.e = number
                for name, value in zip(code.running_slots, values, strict=True):
                    _load(window, name, value)
            else:
                window.e = 0 if values else number
                for row in zip(*values, strict=True):
                    enter(window, *row)

    def stored(self, windows: Iterable[Any]) -> list[Key]:
        return [self._naming.entry(window.key) for window in windows]


class ChunkStore:
    """Stores the rows of a large window of ROWS in chunks, so that a commit writes about its new rows alone.

    The newest chunk is written again while it is small. A chunk goes when none of its rows is in the window.
    """

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._chunks: dict[Any, deque[tuple[int, int]]] = {}  # number and rows of each chunk, by the window's key

    def changes(self, windows: Iterable[Any], now: int) -> Change:
        put: dict[Key, bytes] = {}
        removed: list[Key] = []
        naming = self._naming
        for window in windows:
            live = min(window.e, naming.rows)
            new, window.u = min(window.u, live), 0
            chunks = self._chunks.setdefault(window.key, deque())
            name = naming.entry(window.key)
            number, before = chunks.pop() if chunks and chunks[-1][1] + new <= naming.rows // CHUNKS else (None, 0)
            if number is None:
                number = chunks[-1][0] + 1 if chunks else 0
            chunks.append((number, before + new))
            while sum(rows for _, rows in chunks) - chunks[0][1] >= live:
                removed.append((*name, str(chunks.popleft()[0])))
            first = window.g + live - min(live, before + new)
            put[*name, str(number)] = pack([list(naming.keys(window.key)), *naming.values(window, first)])
        return Change(put, removed)

    def restore(
        self, windows: Windows, enter: Enter, entries: Mapping[Key, bytes], history: Sequence[HistoryEntry]
    ) -> None:
        for name, data in sorted(entries.items(), key=lambda entry: int(entry[0][-1])):
            keys, *columns = unpack(data)
            window = windows.window(keys)
            self._chunks.setdefault(window.key, deque()).append((int(name[-1]), len(columns[0])))
            for row in zip(*columns, strict=True):
                enter(window, *row)

    def stored(self, windows: Iterable[Any]) -> list[Key]:
        named = ((self._naming.entry(key), chunks) for key, chunks in self._chunks.items())
        return [(*name, str(number)) for name, chunks in named for number, _ in chunks]


def store_of(naming: Naming) -> RangeStore | WholeStore | ChunkStore:
    """Returns the store that fits a frame."""
    if naming.code.ranged:
        return RangeStore(naming)
    return ChunkStore(naming) if naming.rows > LARGE and naming.columns else WholeStore(naming)


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


def moved(entry: HistoryEntry, watermark: int, late: Callable[[int], int | None]) -> list[HistoryEntry]:
    """Returns rows of the history in which those after the watermark have another time, or are gone.

    `late` returns the new time of such a row, in milliseconds, or None for none.
    """
    keys, time, steps, *columns = unpack(entry.data)
    times: list[int | None] = []
    for step in steps:
        time += step
        times.append(time if time <= watermark else late(time))
    if time <= watermark:
        return [entry]
    kept = [place for place, each in enumerate(times) if each is not None]
    found = [each for each in times if each is not None]
    if not found:
        return []
    stays = entry.until - time
    columns = [[column[place] for place in kept] for column in columns]
    data = pack([keys, found[0], [0, *(later - earlier for earlier, later in pairwise(found))], *columns])
    return [HistoryEntry(entry.key, found[-1] + stays, data)]
