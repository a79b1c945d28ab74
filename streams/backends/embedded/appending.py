"""Appends records to an embedded stream, inside its caller's transaction, together with what belongs to them.

That is a receipt, so that a repeated request stores nothing, and the marks of a sender: how far it has read its files.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from streams.backends import limits
from streams.backends.embedded import receipts, rows
from streams.backends.embedded.heads import Head
from streams.core import names
from streams.core.hashing import hash_key
from streams.core.records import Entry

RECORDS_A_ROW = 4096
BYTES_A_ROW = 1 << 20


class Writing(NamedTuple):
    """Holds the records of one request, and what is stored in the same transaction.

    With a receipt or with marks all records are stored, or none.
    """

    entries: Sequence[Entry]
    hashes: Sequence[int | None] | None = None  # explicit hash keys; None: that of the partition key
    receipt: str = ""  # names the request: if it was stored before, nothing is stored again
    digest: str = ""  # of the request's content, so that a receipt of another request is noticed
    marks: Mapping[str, str | None] = {}  # positions of the sender, by name; None removes one

    @property
    def whole(self) -> bool:
        """Returns whether all records are stored, or none."""
        return bool(self.receipt or self.marks)


class Written(NamedTuple):
    """Says what became of each record of a Writing. A record that was not stored has no shard, and the number 0."""

    shards: Sequence[str]
    sequences: Sequence[int]
    errors: dict[int, str] = {}  # Kinesis' code, by the place of the record
    repeated: bool = False  # the receipt was known: this is the answer of then
    mismatch: bool = False  # the receipt is that of a request with other content: nothing was stored


class _Columns(msgspec.Struct, frozen=True):
    """Holds records as columns of equal length. `hashes` is None if no record has an explicit hash key."""

    keys: Sequence[str]
    datas: Sequence[bytes]
    hashes: Sequence[int | None] | None = None

    def at(self, places: Sequence[int]) -> "_Columns":
        hashes = None if self.hashes is None else [self.hashes[place] for place in places]
        return _Columns([self.keys[place] for place in places], [self.datas[place] for place in places], hashes)

    def all_hashes(self) -> list[int]:
        """Returns the hash by which each record finds its shard."""
        if self.hashes is None:
            return [hash_key(key) for key in self.keys]
        return [hash_key(key) if given is None else given for key, given in zip(self.keys, self.hashes, strict=True)]


class Checked(msgspec.Struct, frozen=True):
    """Holds a request whose records any stream could take."""

    writing: Writing
    columns: _Columns
    largest: int  # bytes of the largest record, at most: a character of the key counts as 4


def check(writing: Writing) -> Checked:
    """Checks the records of a request. Raises InvalidRecordError."""
    keys, datas = zip(*writing.entries, strict=True) if writing.entries else ((), ())
    largest = limits.check_all(keys, datas, limits.LARGEST_RECORD) + 4 * names.MOST_KEY
    return Checked(writing, _Columns(keys, datas, writing.hashes), largest)


# Called with the number of the shard of each record, the keys, the data, and whether one refused record refuses all:
# returns the code of each refused record, by its place.
Refuse = Callable[[Sequence[int], Sequence[str], Sequence[bytes], bool], dict[int, str]]


class Appender:
    """Appends the records of requests to one stream, with successive sequence numbers and one stamp.

    It keeps `head` up to date with what it stores; its caller stores the head.
    """

    def __init__(self, db: sqlite3.Connection, head: Head, now: int) -> None:
        self._db = db
        self._head = head
        self._stream = head.stream
        self._now = now
        self._starts, self._numbers, self._names, self._totals = head.shards

    def append(self, requests: Sequence[Checked], refuse: Refuse | None = None) -> list[Written]:
        """Stores what is new and what is not refused; returns the answer to each request, in order."""
        if refuse is None and len(requests) == 1 and not requests[0].writing.whole:  # as most puts are
            return [Written(*self._store(requests[0].columns))]
        return [answer for run in _without_repeats(requests) for answer in self._append(run, refuse)]

    def _append(self, requests: Sequence[Checked], refuse: Refuse | None) -> list[Written]:
        answers = [self._repeated(request.writing) for request in requests]
        new = [request for request, answer in zip(requests, answers, strict=True) if answer is None]
        refused = [self._refused(request, refuse) for request in new]
        taken = [_without(request, errors) for request, errors in zip(new, refused, strict=True)]
        shards, sequences = self._store(_joined(taken))
        made, start = [], 0
        for request, errors, columns in zip(new, refused, taken, strict=True):
            writing = request.writing
            mine = slice(start, start := start + len(columns.keys))
            written = Written(shards[mine], sequences[mine])
            if not (errors and writing.whole):
                self._keep(writing, written)
            made.append(_with(written, errors, len(writing.entries)) if errors else written)
        following = iter(made)
        return [next(following) if answer is None else answer for answer in answers]

    def _repeated(self, writing: Writing) -> Written | None:
        """Returns the answer to a request whose receipt is known; None if there is none."""
        found = receipts.find(self._db, self._stream, self._now, writing.receipt) if writing.receipt else None
        if found is None:
            return None
        if found.digest != writing.digest:
            return Written([], [], mismatch=True)
        return Written(found.shards, found.sequences, repeated=True)

    def _keep(self, writing: Writing, written: Written) -> None:
        if writing.receipt:
            row = (writing.receipt, writing.digest, written.shards, written.sequences)
            receipts.keep(self._db, self._stream, self._now, *row)
        receipts.set_marks(self._db, self._stream, writing.marks)

    def _refused(self, request: Checked, refuse: Refuse | None) -> dict[int, str]:
        if refuse is None:
            return {}
        columns = request.columns
        places = [bisect_right(self._starts, hashed) - 1 for hashed in columns.all_hashes()]
        numbers = [self._numbers[place] for place in places]
        return refuse(numbers, columns.keys, columns.datas, request.writing.whole)

    def _store(self, columns: _Columns) -> tuple[Sequence[str], Sequence[int]]:
        records = len(columns.keys)
        if len(self._numbers) == 1:
            first = self._head.sequence
            self._insert(0, columns)
            return [self._names[0]] * records, range(first, first + records)
        shards, sequences = [""] * records, [0] * records
        routed: list[list[int]] = [[] for _ in self._numbers]
        for place, hashed in enumerate(columns.all_hashes()):
            routed[bisect_right(self._starts, hashed) - 1].append(place)
        for lane, (name, places) in enumerate(zip(self._names, routed, strict=True)):
            for given, place in enumerate(places, start=self._head.sequence):
                shards[place], sequences[place] = name, given
            self._insert(lane, columns.at(places))
        return shards, sequences

    def _insert(self, lane: int, columns: _Columns) -> None:
        """Stores records of one shard, in rows of at most RECORDS_A_ROW records and about BYTES_A_ROW bytes."""
        if not columns.keys:
            return
        head, shard = self._head, self._numbers[lane]
        sizes = list(map(len, columns.datas))
        for cut in limits.cuts(sizes, RECORDS_A_ROW, BYTES_A_ROW):
            blob = rows.encode((columns.keys[cut], columns.datas[cut]))
            records = cut.stop - cut.start
            self._db.execute(
                "INSERT INTO batches (shard, first_sequence, last_sequence, arrived, data, before)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [shard, head.sequence, head.sequence + records - 1, self._now, blob, self._totals[lane]],
            )
            self._totals[lane] += records
            head.sequence += records
        self._db.execute("UPDATE shards SET records = records + ? WHERE id = ?", [len(sizes), shard])
        head.count(len(sizes), sum(sizes))


def _without_repeats(requests: Sequence[Checked]) -> Iterator[list[Checked]]:
    """Yields the requests in runs, each without two of the same receipt."""
    run: list[Checked] = []
    receipts: set[str] = set()
    for request in requests:
        if request.writing.receipt in receipts:
            yield run
            run, receipts = [], set()
        run.append(request)
        receipts |= {request.writing.receipt} - {""}
    yield run


def _without(request: Checked, errors: Mapping[int, str]) -> _Columns:
    """Returns the records that are stored."""
    if not errors:
        return request.columns
    if request.writing.whole:
        return _Columns([], [])
    return request.columns.at([place for place in range(len(request.columns.keys)) if place not in errors])


def _joined(parts: Sequence[_Columns]) -> _Columns:
    if len(parts) == 1:
        return parts[0]
    hashes: list[int | None] | None = None
    if any(part.hashes for part in parts):
        hashes = [given for part in parts for given in (part.hashes or [None] * len(part.keys))]
    return _Columns(
        [key for part in parts for key in part.keys], [data for part in parts for data in part.datas], hashes
    )


def _with(written: Written, errors: dict[int, str], records: int) -> Written:
    """Returns the answer for all records of a request, those that were refused included."""
    stored = iter(zip(written.shards, written.sequences, strict=True))
    pairs = [("", 0) if place in errors else next(stored, ("", 0)) for place in range(records)]
    return Written([shard for shard, _ in pairs], [sequence for _, sequence in pairs], errors)


def check_sizes(requests: Sequence[Checked], most: int) -> None:
    """Raises InvalidRecordError for a record of more than `most` bytes, key included."""
    for request in requests:
        if request.largest > most:
            limits.check_all(request.columns.keys, request.columns.datas, most)
