"""Keeps the state of one lease as a log, so that a commit writes the changes and not the whole state.

The newest changes lie in the head, which is written with each commit. A head that grows past its bound is emptied into
new segments; a small state has nothing but its head. Segments are never altered:

- Segments of entries are removed from the oldest on, once no entry in the oldest one is the newest of its key. While
  they have more than twice their live bytes, commits carry over live entries of the oldest: as many bytes as they
  change.
- A removed key is marked as removed for as long as an older segment may have it.
- Segments of history rows are removed whole, once the watermark has reached the last `until` in them.

docs/adr/0017-state-in-segments.md gives the reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from streams.core.entry_log import Bounds, EntryLog
from streams.core.segments import (
    Head,
    Read,
    SegmentId,
    open_entries,
    open_head,
    open_history,
    read_all,
    row_size,
    runs,
    sealed,
)
from streams.core.state import HistoryRow, State, StateChange, StateKey

BOUNDS = Bounds()


class Write(NamedTuple):
    """Holds everything that a commit stores of a state."""

    head: bytes
    added: Mapping[SegmentId, bytes]
    removed: Sequence[SegmentId]


class StateLog:
    """Keeps the log of one lease. After a failed commit, the log is no longer right and must be loaded again."""

    def __init__(self, read: Read, bounds: Bounds = BOUNDS) -> None:
        """Makes an empty log. `read` returns the bytes of stored segments."""
        self._read = read
        self._bounds = bounds
        self._entries = EntryLog(bounds)
        self._history = _HistoryLog(bounds)

    def load(self, stored: bytes) -> State:
        """Returns the state last stored, given its head; an empty head means no state. Raises DamagedStateError."""
        head = open_head(stored)
        entries: dict[StateKey, bytes | None] = {}
        self._entries = EntryLog(self._bounds, head.first)
        for segment, data in read_all(self._read, head.entry_segments()):
            found = open_entries(segment, data)
            self._entries.load(segment.number, found)
            entries |= found
        self._entries.load_head(head.entries)
        entries |= head.entries
        history = list(self._load_history(head))
        live = {key: value for key, value in entries.items() if value is not None}
        return State(head.meta, live, [row for row in history if row.until > head.watermark])

    def _load_history(self, head: Head) -> Iterator[HistoryRow]:
        self._history = _HistoryLog(self._bounds, head.next_rows)
        for segment, data in read_all(self._read, head.history_segments()):
            rows = open_history(segment, data)
            self._history.place(segment.number, rows)
            yield from rows
        self._history.add(head.history)
        yield from head.history

    def write(self, change: StateChange, watermark: int) -> Write:
        """Returns the part of the state that a commit stores. Raises ValueError for an entry that is too large.

        `watermark`, in milliseconds, is that of the processor that made the change.
        """
        written = self._entries.change(change.put, change.removed)
        self._history.add(change.history)
        removed = [*self._history.expire(watermark), *self._entries.clean(written, self._read)]
        added = self._flush(len(change.meta))
        return Write(self._head(change.meta, watermark), added, removed)

    def replace(self, state: State) -> Write:
        """Returns the writes that replace the stored state with this one. Raises ValueError for an oversized entry."""
        head = open_head(self._head(b"", 0))
        self._entries = EntryLog(self._bounds, head.next)
        self._history = _HistoryLog(self._bounds, head.next_rows)
        write = self.write(StateChange(state.meta, state.entries, (), state.history), 0)
        return write._replace(removed=[*head.entry_segments(), *head.history_segments()])

    def _flush(self, meta: int) -> dict[SegmentId, bytes]:
        """Empties the larger part of a head that is past its bound, or both parts."""
        added: dict[SegmentId, bytes] = {}
        if meta + self._entries.size + self._history.size > self._bounds.head:
            for part in (self._entries, self._history):
                if part.size > self._bounds.head // 2:
                    added |= part.flush()
        return added

    def _head(self, meta: bytes, watermark: int) -> bytes:
        entries, history = self._entries, self._history
        numbers = entries.first, entries.next, runs(history.segments), history.next
        return sealed(Head(meta, watermark, entries.recent, history.recent, *numbers))


class _HistoryLog:
    """Keeps the history rows in the order in which they were added: the newest in the head, the others in segments."""

    def __init__(self, bounds: Bounds, following: int = 0) -> None:
        self.recent: list[HistoryRow] = []
        self.size = 0  # bytes of `recent`
        self.segments: dict[int, int] = {}  # the last `until` by number
        self.next = following
        self._bounds = bounds
        self._earliest: float = 0  # no segment and no row in the head is void before this time

    def add(self, rows: Sequence[HistoryRow]) -> None:
        """Adds rows to the head. Raises ValueError for a row that is too large."""
        sizes = list(map(row_size, rows))
        if max(sizes, default=0) > self._bounds.segment:
            raise ValueError(f"A history row would have {max(sizes):,} bytes; {self._bounds.segment:,} is the most.")
        self.recent += rows
        self.size += sum(sizes)
        self._earliest = min(self._earliest, min((row.until for row in rows), default=self._earliest))

    def place(self, number: int, rows: Sequence[HistoryRow]) -> None:
        self.segments[number] = last = max(row.until for row in rows)
        self.next = max(self.next, number + 1)
        self._earliest = min(self._earliest, last)

    def expire(self, watermark: int) -> list[SegmentId]:
        """Removes the rows that are void at the watermark; returns the ids of removed segments."""
        if watermark < self._earliest:
            return []
        self.recent = [row for row in self.recent if row.until > watermark]
        self.size = sum(map(row_size, self.recent))
        gone = [number for number, last in self.segments.items() if last <= watermark]
        for number in gone:
            del self.segments[number]
        self._earliest = min([*self.segments.values(), *(row.until for row in self.recent)], default=float("inf"))
        return [SegmentId(history=True, number=number) for number in gone]

    def flush(self) -> dict[SegmentId, bytes]:
        """Empties the head into new segments and returns them."""
        added = {}
        for rows in self._chunks():
            added[SegmentId(history=True, number=self.next)] = sealed(rows)
            self.place(self.next, rows)
        self.recent, self.size = [], 0
        return added

    def _chunks(self) -> Iterator[list[HistoryRow]]:
        """Yields the rows of the head in parts; each part fits into a segment."""
        chunk: list[HistoryRow] = []
        size = 0
        for row in self.recent:
            one = row_size(row)
            if chunk and size + one > self._bounds.segment:
                yield chunk
                chunk, size = [], 0
            chunk.append(row)
            size += one
        yield chunk
