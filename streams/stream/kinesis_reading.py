"""GetRecords: one shard read on, page by page, within Kinesis' limits."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from math import ceil
from typing import Any

from streams import clock
from streams.records import SHARD_END, Batch, From, Page, Position, Shard, StreamError, after
from streams.stream.aggregation import MAGIC, columns_in_shard
from streams.stream.kinesis_calls import Calls
from streams.stream.kinesis_errors import InvalidArgumentError, IteratorExpiredError
from streams.stream.retrying import Backoff, BusyError

# Our sequence numbers have room for the records inside an aggregated one: Kinesis' number, then the place inside.
SUB_BITS = 20
RECORDS_A_READ = 10_000
SETTLE = 2000  # milliseconds: how far "nothing older will come" trails Kinesis' clock: a stamp takes time to be seen
IDLE = 5  # times as long between reads of a shard that has had nothing for so long: a second, as KCL has it by default
LONGEST_PAUSE = 2.0  # seconds between reads of a shard that is throttled


class ShardReader:
    """Keeps its place between reads: Kinesis' iterator, and batches that came but were not asked for yet."""

    def __init__(self, calls: Calls, shard: Shard, digits: int, interval: float) -> None:
        """`digits` is how many a sequence number has at least, with zeros in front.

        `interval` is seconds between reads: Kinesis takes five a second for a shard, from all its readers. An idle
        shard is left alone for longer, so that others may read it too, and each call costs.
        """
        self.shard = shard
        self._calls = calls
        self._digits = digits
        self._interval = interval
        self._backoff = Backoff(calls.waiting.chance, LONGEST_PAUSE)
        self._next_read = float("-inf")
        self._go_to(SHARD_END)

    def read(self, position: Position, limit: int) -> Page:
        """Up to `limit` records; at once nothing, complete to nowhere, when it is too early to ask."""
        if position == SHARD_END:
            return Page([], self._settled(0.0), ended=True)
        if position.kind == From.LATEST:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")
        if position != self._place:
            self._go_to(position)
        if not self._batches and not self._ended:
            if self._calls.waiting.seconds() < self._next_read:
                return Page([], None)
            self._fetch(min(limit, RECORDS_A_READ))
        return self._page(limit)

    def _go_to(self, position: Position) -> None:
        self._place = position
        self._iterator: str | None = None
        self._batches: deque[Batch] = deque()
        self._given = 0  # records of the first of them
        self._complete_to: int | None = None
        self._ended = False
        self._stay_busy()

    def _page(self, limit: int) -> Page:
        found = []
        while self._batches and limit > 0:
            first, given = self._batches[0], self._given
            batch = first if not given and len(first.keys) <= limit else first.slice(given, given + limit)
            found.append(batch)
            limit -= len(batch.keys)
            self._given += len(batch.keys)
            if self._given == len(first.keys):
                self._batches.popleft()
                self._given = 0
        if found:
            self._place = after(found[-1].sequences[-1])
        return Page(found, None) if self._batches else Page(found, self._complete_to, self._ended)

    def _fetch(self, limit: int) -> None:
        self._next_read = self._calls.waiting.seconds() + self._interval
        self._complete_to = None
        asked = self._calls.waiting.seconds()
        try:
            iterator = self._iterator or self._new_iterator()
            answer = self._calls("get_records", ShardIterator=iterator, Limit=limit)
        except BusyError:
            self._next_read += self._backoff.next()
            return
        except IteratorExpiredError:
            self._iterator = None
            return
        except StreamError:
            self._iterator = None  # it may be one of a stream that was deleted and made anew
            raise
        self._backoff.reset()
        self._take(answer, asked, limit)

    def _settled(self, seconds: float) -> int | None:
        """Up to when nothing is still to come, by Kinesis' own clock, after a call that took so many seconds."""
        now = self._calls.clock.now()
        return None if now is None else now - ceil(seconds * clock.SECOND) - SETTLE

    def _pace(self, *, idle: bool) -> None:
        """After a read: longer until the next when there has been nothing for a while."""
        if not idle:
            self._stay_busy()
        elif self._calls.waiting.seconds() >= self._busy_until:
            self._next_read += (IDLE - 1) * self._interval

    def _stay_busy(self) -> None:
        self._busy_until = self._calls.waiting.seconds() + IDLE * self._interval

    def _take(self, answer: dict[str, Any], asked: float, limit: int) -> None:
        self._iterator = answer.get("NextShardIterator")  # absent: the shard is closed, and this was its end
        self._ended = not self._iterator
        records = answer["Records"]
        # A full page may end between two records of the same millisecond, and be 0 ms behind all the same.
        at_tip = self._ended or (answer.get("MillisBehindLatest") == 0 and len(records) < limit)
        if records:
            self._calls.clock.stamped(_milliseconds(records[-1]["ApproximateArrivalTimestamp"]))
        if at_tip:
            self._complete_to = self._settled(self._calls.waiting.seconds() - asked)
        self._pace(idle=at_tip and not records)
        self._batches = deque(batch for batch in map(self._wanted, self._unpack(records)) if batch.keys)

    def _wanted(self, batch: Batch) -> Batch:
        """An iterator may start earlier than asked for: with the whole of an aggregate, or with all that is held."""
        kind, value = self._place
        if kind == From.AFTER_SEQUENCE_NUMBER and batch.sequences[0] <= value:
            return batch.slice(bisect_right(batch.sequences, value))
        if kind == From.AT_TIMESTAMP and batch.arrived < value:
            return batch.slice(0, 0)
        return batch

    def _new_iterator(self) -> str:
        try:
            return self._iterator_from(self._start())
        except InvalidArgumentError:
            # A sequence number that is trimmed: everything held is later. A time to come: everything held is earlier.
            passed = self._place.kind == From.AFTER_SEQUENCE_NUMBER
            return self._iterator_from({"ShardIteratorType": "TRIM_HORIZON" if passed else "LATEST"})

    def _iterator_from(self, start: dict[str, Any]) -> str:
        answer = self._calls("get_shard_iterator", StreamName=self._calls.stream, ShardId=self.shard.id, **start)
        return str(answer["ShardIterator"])

    def _start(self) -> dict[str, Any]:
        value = self._place.value
        match self._place.kind:
            case From.AFTER_SEQUENCE_NUMBER:
                # At, not after: more of an aggregated record may be wanted.
                number = str(value >> SUB_BITS).zfill(self._digits)
                return {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": number}
            case From.AT_TIMESTAMP:
                return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": clock.to_datetime(value)}
            case _:
                return {"ShardIteratorType": "TRIM_HORIZON"}

    def _unpack(self, records: Iterable[dict[str, Any]]) -> list[Batch]:
        """None of them empty."""
        found: list[Batch] = []
        moment = None
        for record in records:
            arrived = _milliseconds(record["ApproximateArrivalTimestamp"])
            if arrived != moment:
                moment = arrived
                sequences: list[int] = []
                keys: list[str] = []
                datas: list[bytes] = []
                found.append(Batch(arrived, sequences, keys, datas))
            key, data = record["PartitionKey"], record["Data"]
            first = int(record["SequenceNumber"]) << SUB_BITS
            if not data.startswith(MAGIC):
                sequences.append(first)
                keys.append(key)
                datas.append(data)
            else:
                inner_keys, inner_datas = columns_in_shard(key, data, self.shard.hash_start, self.shard.hash_end)
                sequences.extend(range(first, first + len(inner_keys)))
                keys.extend(inner_keys)
                datas.extend(inner_datas)
        return [batch for batch in found if batch.keys]


def _milliseconds(stamp: datetime | float) -> int:
    """Of a stamp as botocore reads it, or as it came: seconds, exact to a microsecond."""
    return clock.from_datetime(stamp) if isinstance(stamp, datetime) else round(stamp * 1_000_000) // clock.SECOND
