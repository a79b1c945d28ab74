"""Remembers the rows of one side of a join of two streams."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.plan.nodes import Frame

ROW_SIZE = 400  # bytes of a remembered row


class Member:
    """Holds a remembered row. `waits` is True while it can still leave without a match."""

    __slots__ = ("key", "row", "saved", "serial", "time", "waits")

    def __init__(self, time: int, serial: int, key: Row, row: Row, *, waits: bool, saved: bool = False) -> None:
        self.time, self.serial, self.key, self.row, self.waits, self.saved = time, serial, key, row, waits, saved


class Side:
    """Remembers rows for as long as they can meet rows of the other side.

    A side without a frame takes part with its rows of now alone: it is remembered for 0 ms. Rows that expire by time
    and cannot leave without a match go into the history; the others are entries, which are removed when they leave.
    """

    def __init__(
        self, name: str, frame: Frame | None, partition: int | None, *, preserved: bool, repeats: bool
    ) -> None:
        """Makes a side; `partition` is the place of the partition key among the key values.

        `preserved` says that rows leave without a match when their time is over; `repeats` that they do so even if
        they had matches.
        """
        self._name, self._partition = name, partition
        self.preserved, self.repeats = preserved, repeats
        self._rows = frame.rows if frame else None
        lasts = frame.range if frame else 0
        self._lasts: int | None = None if self._rows is not None else lasts
        self._members: deque[Member] = deque()  # the oldest first
        self._waiting: deque[Member] = deque()  # those that may leave unmatched at a known time
        self._buckets: dict[Row, deque[Member]] = {}
        self._changed: dict[int, Member] = {}  # by identity: rows of two parents may have one serial
        self._removed: list[Key] = []
        self._serial = 0

    @property
    def in_history(self) -> bool:
        """Returns whether the state of this side is kept in the history."""
        return not self.preserved and self._lasts is not None

    def __len__(self) -> int:
        return len(self._members)

    def matches(self, key: Row) -> Iterable[Member]:
        """Returns the remembered rows with these key values, the oldest first. NULL equals nothing."""
        return self._buckets.get(key, ())

    def put(self, time: int, key: Row, row: Row, *, matched: bool) -> None:
        """Remembers a row."""
        self._serial += 1
        waits = self.preserved and (self.repeats or not matched)
        member = Member(time, self._serial, key, row, waits=waits)
        self._changed[id(member)] = member
        self._remember(member)

    def surplus(self, most: int) -> int:
        """Returns how many rows there are beyond those of a frame of ROWS, and beyond `most`."""
        return len(self._members) - (most if self._rows is None else min(most, self._rows))

    def _remember(self, member: Member) -> None:
        self._members.append(member)
        if member.waits and self._lasts is not None:
            self._waiting.append(member)
        if None not in member.key:
            bucket = self._buckets.get(member.key)
            if bucket is None:
                self._buckets[member.key] = deque((member,))
            else:
                bucket.append(member)

    def match(self, member: Member) -> None:
        """Marks a row as matched."""
        if member.waits and not self.repeats:
            member.waits = False
            self._changed[id(member)] = member

    def forget(self) -> Member:
        """Forgets the oldest row and returns it."""
        member = self._members.popleft()
        if None not in member.key:
            bucket = self._buckets[member.key]
            if len(bucket) == 1:
                del self._buckets[member.key]
            else:
                bucket.popleft()
        self._changed.pop(id(member), None)
        if member.saved and not self.in_history:
            self._removed.append(self._key(member))
        return member

    def expire(self, time: int) -> None:
        """Forgets the rows that a row of this time does not meet."""
        if self._lasts is not None:
            while self._members and self._members[0].time + self._lasts < time:
                self.forget()

    def due(self) -> int | None:
        """Returns the time at which the next row leaves without a match."""
        while self._waiting and not self._waiting[0].waits:
            self._waiting.popleft()
        return self._leaves(self._waiting[0]) if self._waiting else None

    def _leaves(self, member: Member) -> int:
        """Returns the time at which it is certain that a row has no match: the first one that it does not meet.

        A row that leaves in any case does so at the last moment of its frame, as in the service.
        """
        return member.time + (self._lasts or 0) + (not self.repeats)

    def leave(self, time: int) -> Iterator[Member]:
        """Yields the rows that leave without a match up to a time. The caller sets their `waits` to False."""
        while (due := self.due()) is not None and due <= time:
            member = self._waiting.popleft()
            self._changed[id(member)] = member
            yield member

    def _key(self, member: Member) -> Key:
        value = None if self._partition is None else member.key[self._partition]
        return ("" if value is None else str(value), self._name, str(member.serial))

    def changes(self, now: int) -> Change:
        """Returns the changes since the last call. History that is void at `now` is left out."""
        changed, self._changed = self._changed, {}
        removed, self._removed = self._removed, []
        if self.in_history:
            return Change({}, (), list(self._history(changed.values(), now)))
        put = {}
        for member in changed.values():
            member.saved = True
            put[self._key(member)] = pack([member.time, member.waits, len(member.key), *member.key, *member.row])
        return Change(put, removed)

    def _history(self, members: Iterable[Member], now: int) -> Iterator[HistoryEntry]:
        for member in members:
            until = member.time + (self._lasts or 0) + 1
            if until > now:
                data = pack([member.time, member.serial, len(member.key), *member.key, *member.row])
                yield HistoryEntry(self._key(member)[:2], until, data)

    def restore(self, kept: Kept) -> None:
        """Remembers the rows of this side in a state."""
        found = []
        for key, data in kept.entries.items():
            if key[1] == self._name:
                time, waits, *parts = unpack(data)
                found.append(Member(time, int(key[2]), *_parted(*parts), waits=waits, saved=True))
        for entry in kept.history:
            if entry.key[1] == self._name:
                time, serial, *parts = unpack(entry.data)
                found.append(Member(time, serial, *_parted(*parts), waits=False, saved=True))
        for member in sorted(found, key=lambda each: (each.time, each.serial)):
            self._remember(member)
        self._serial = max((member.serial for member in found), default=0)

    def last_time(self) -> int:
        """Returns the time of the newest remembered row; 0 without one."""
        return self._members[-1].time if self._members else 0


def _parted(width: int, *values: Any) -> tuple[Row, Row]:
    """Returns the key values and the row."""
    return values[:width], values[width:]
