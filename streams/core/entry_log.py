"""Keeps the entries of one state by key: the newest in the head, the others in segments, oldest first."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from streams.core.segments import Entries, Read, SegmentId, entry_size, open_entries, read_all, sealed
from streams.core.state import StateKey

SIZE_BITS = 20  # a place is a segment's number, shifted by these bits, plus the bytes of the entry
SLACK = 4  # this many heads of dead bytes are tolerated before entries are carried over


class Bounds(NamedTuple):
    """Holds two bounds in bytes: of a head before it is emptied, and of a segment (and so of one entry)."""

    head: int = 64 << 10
    segment: int = 256 << 10


class EntryLog:
    """Knows for each key the segment of its newest value. Holds only the values of the head."""

    def __init__(self, bounds: Bounds, first: int = 0) -> None:
        """Makes an empty log. `first` is the number of its first segment."""
        self.recent: dict[
            StateKey, bytes | None
        ] = {}  # entries of the head; None marks a removed key that older segments still have
        self.size = 0  # bytes of `recent`
        self.first = self.next = first  # numbers of the oldest segment and of the next one
        self._bounds = bounds
        # The place of a key's newest value in the segments, unless a later one marks the key as removed. A key that
        # is in `recent` too is dead there.
        self._places: dict[StateKey, int] = {}
        self._sizes: dict[int, int] = {}  # bytes by segment
        self._live: dict[int, int] = {}  # live bytes by segment
        self._total = self._all_live = 0
        self._credit = 0  # bytes that may still be carried over

    def load(self, number: int, entries: Entries) -> None:
        """Adds the next segment, read from the store."""
        for key in self._places.keys() & entries.keys():
            self._die(key)
        self._place(number, entries)

    def load_head(self, entries: Entries) -> None:
        """Adds the entries of the head. Call it after all segments are loaded."""
        for key in self._places.keys() & entries.keys():
            self._die(key)
        self.recent = dict(entries)
        self.size = sum(entry_size(key, data) for key, data in entries.items())

    def change(self, put: Mapping[StateKey, bytes], removed: Collection[StateKey]) -> int:
        """Applies a change to the head; returns its bytes. Raises ValueError for an entry that is too large."""
        changes: dict[StateKey, bytes | None] = {**dict.fromkeys(removed), **put}
        written = 0
        for key, data in changes.items():
            size = entry_size(key, data)
            if size > self._bounds.segment:
                raise ValueError(
                    f"The state of {key!r} would have {size:,} bytes; {self._bounds.segment:,} is the most."
                )
            written += size
            if key in self.recent:
                self.size -= entry_size(key, self.recent.pop(key))
            elif key in self._places:
                self._die(key)
            if data is not None or key in self._places:
                self.recent[key] = data
                self.size += size
        return written

    def clean(self, written: int, read: Read) -> list[SegmentId]:
        """Carries the live entries of the oldest segments over into the head; returns the ids of the emptied segments.

        `written` is how many bytes the commit changes. As many may be carried over, now or later: so a commit carries
        over at most one segment more than it changes, and the segments have at most about three times their live bytes.
        """
        gone = self._drop_dead()
        self._credit += written
        while self._is_mostly_dead() and self._live[self.first] <= self._credit:
            self._credit -= self._live[self.first]
            self._carry_over(read)
            gone += self._drop_dead()
        if not self._is_mostly_dead():
            self._credit = 0
        return gone

    def flush(self) -> dict[SegmentId, bytes]:
        """Empties the head into new segments and returns them."""
        added = {}
        for entries in self._chunks():
            added[SegmentId(history=False, number=self.next)] = sealed(entries)
            self._place(self.next, entries)
        self.recent, self.size = {}, 0
        return added

    def _chunks(self) -> Iterator[Entries]:
        """Yields the entries of the head in parts; each part fits into a segment."""
        chunk: dict[StateKey, bytes | None] = {}
        size = 0
        for key, data in self.recent.items():
            one = entry_size(key, data)
            if size + one > self._bounds.segment:
                yield chunk
                chunk, size = {}, 0
            chunk[key] = data
            size += one
        if chunk:
            yield chunk

    def _place(self, number: int, entries: Entries) -> None:
        total = live = 0
        for key, data in entries.items():
            size = entry_size(key, data)
            total += size
            if data is None:
                self._places.pop(key, None)
            else:
                live += size
                self._places[key] = number << SIZE_BITS | size
        self._sizes[number], self._live[number] = total, live
        self._total += total
        self._all_live += live
        self.next = max(self.next, number + 1)

    def _die(self, key: StateKey) -> None:
        """Notes that the value in a segment is no longer the newest of its key."""
        number, size = divmod(self._places[key], 1 << SIZE_BITS)
        self._live[number] -= size
        self._all_live -= size

    def _is_mostly_dead(self) -> bool:
        return self._total > 2 * self._all_live + SLACK * self._bounds.head

    def _carry_over(self, read: Read) -> None:
        """Moves the live entries of the oldest segment into the head."""
        oldest = SegmentId(history=False, number=self.first)
        [(_, data)] = read_all(read, [oldest])
        for key, value in open_entries(oldest, data).items():
            if key not in self.recent and self._places.get(key, -1) >> SIZE_BITS == self.first and value is not None:
                self._die(key)
                self.recent[key] = value
                self.size += entry_size(key, value)

    def _drop_dead(self) -> list[SegmentId]:
        """Removes the oldest segments that have no live entry; returns their ids."""
        gone = []
        while self.first < self.next and not self._live[self.first]:
            gone.append(SegmentId(history=False, number=self.first))
            self._total -= self._sizes.pop(self.first)
            del self._live[self.first]
            self.first += 1
        if gone:
            self._forget_places()
        return gone

    def _forget_places(self) -> None:
        """Forgets places in removed segments: those keys are all in the head. No mark of removal is needed there."""
        for key in list(self.recent):
            place = self._places.get(key)
            if place is not None and place >> SIZE_BITS < self.first:
                del self._places[key]
                if self.recent[key] is None:
                    del self.recent[key]
                    self.size -= entry_size(key, None)
