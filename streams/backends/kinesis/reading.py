"""Reads one shard with GetRecords, page by page, within Kinesis' limits."""

import logging
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from math import ceil
from typing import Any

from common.outage_log import OutageLog
from streams.backends.aggregation import MAGIC, columns_in_shard
from streams.backends.kinesis.calls import Calls
from streams.backends.kinesis.errors import InvalidArgumentError, IteratorExpiredError
from streams.backends.retrying import PATIENCE, Backoff, BusyError
from streams.core import clock
from streams.core.records import (
    SHARD_END,
    Batch,
    From,
    Lost,
    Page,
    Position,
    Shard,
    ShardGoneError,
    StreamError,
    StreamNotFoundError,
    after,
)

logger = logging.getLogger(__name__)

# Our sequence numbers have room for the records of an aggregate: Kinesis' number, then the place inside it.
SUB_BITS = 20
RECORDS_A_READ = 10_000
SETTLE = 2000  # milliseconds that `watermark` trails Kinesis' clock: a stamp takes time to become visible
IDLE = 5  # read intervals until a shard counts as idle, and between reads of an idle shard: a second, KCL's default
LONGEST_PAUSE = 2.0  # seconds between reads of a shard that is throttled


class ShardReader:
    """Keeps its place between reads: Kinesis' iterator, and batches that arrived but were not requested yet."""

    def __init__(
        self,
        calls: Calls,
        shard: Shard,
        digits: int,
        interval: float,
        retention: int,
        confirm: Callable[[], None],
    ) -> None:
        """Sets up a reader; it makes no call.

        `digits` is the least number of digits of a sequence number, padded with zeros. `retention` is in milliseconds.

        `confirm` raises StreamRemadeError if the stream's name leads to another stream by now: it is called for each
        new iterator, since Kinesis gives iterators by name.

        `interval` is seconds between reads: Kinesis allows five a second for a shard, for all its readers. An idle
        shard is read less often, so that others may read it too, and because each call costs.
        """
        self.shard = shard
        self._calls = calls
        self._digits = digits
        self._interval = interval
        self._retention = retention
        self._confirm = confirm
        self._backoff = Backoff(calls.waiting.chance, LONGEST_PAUSE)
        self._outage = OutageLog(
            logger, calls.waiting.monotonic, f"{calls.stream}/{shard.id} cannot be read: ", PATIENCE
        )
        self._next_read = float("-inf")
        self._resuming = False  # the next record shows whether any expired after the checkpoint
        self._go_to(SHARD_END)

    def read(self, position: Position, limit: int) -> Page:
        """Returns up to `limit` records; an empty page, complete to None, if it is too early for the next call."""
        if position == SHARD_END:
            return Page([], self._settled(0.0), ended=True)
        if position.kind == From.LATEST:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")
        if position != self._place:
            self._go_to(position)
        if not self._batches and not self._ended:
            if self._calls.waiting.monotonic() < self._next_read:
                return Page([], None)
            self._fetch(min(limit, RECORDS_A_READ))
        return self._page(limit)

    def _go_to(self, position: Position) -> None:
        self._place = position
        self._iterator: str | None = None
        self._batches: deque[Batch] = deque()
        self._given = 0  # records given from the first batch
        self._watermark: int | None = None
        self._ended = False
        self._lost: Lost | None = None
        self._stay_busy()

    def _page(self, limit: int) -> Page:
        found = []
        lost, self._lost = self._lost, None
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
        if self._batches:
            return Page(found, None, lost=lost)
        return Page(found, self._watermark, self._ended, lost=lost)

    def _fetch(self, limit: int) -> None:
        self._next_read = self._calls.waiting.monotonic() + self._interval
        self._watermark = None
        asked = self._calls.waiting.monotonic()
        try:
            iterator = self._iterator or self._new_iterator()
            answer = self._calls("get_records", ShardIterator=iterator, Limit=limit)
        except BusyError as error:
            self._outage.failure(error)
            self._next_read += self._backoff.next()
            return
        except IteratorExpiredError as error:
            self._outage.failure(error)
            self._iterator = None
            return
        except StreamNotFoundError:
            self._iterator = None
            self._confirm()  # raises if the stream itself is gone
            raise ShardGoneError(f"Stream {self._calls.stream!r} has no shard {self.shard.id!r}.") from None
        except StreamError:
            self._iterator = None
            raise
        self._backoff.reset()
        self._outage.recovered()
        self._take(answer, asked, limit)

    def _settled(self, seconds: float) -> int | None:
        """Returns the time before which no record is still to come, by Kinesis' clock, after a call of `seconds`."""
        now = self._calls.clock.now()
        return None if now is None else now - ceil(seconds * clock.SECOND) - SETTLE

    def _pace(self, *, idle: bool) -> None:
        """Sets the time of the next read: later if the shard has been empty for a while."""
        if not idle:
            self._stay_busy()
        elif self._calls.waiting.monotonic() >= self._busy_until:
            self._next_read += (IDLE - 1) * self._interval

    def _stay_busy(self) -> None:
        self._busy_until = self._calls.waiting.monotonic() + IDLE * self._interval

    def _take(self, answer: dict[str, Any], asked: float, limit: int) -> None:
        self._iterator = answer.get("NextShardIterator")  # absent: the shard is closed, and this page reaches its end
        self._ended = not self._iterator
        records = answer["Records"]
        if records and self._resuming:
            self._lost = self._gap(records[0])
            self._resuming = False
        # A full page may end between two records of the same millisecond, and still be 0 ms behind.
        at_tip = self._ended or (answer.get("MillisBehindLatest") == 0 and len(records) < limit)
        if records:
            self._calls.clock.stamped(_milliseconds(records[-1]["ApproximateArrivalTimestamp"]))
        if at_tip:
            self._watermark = self._settled(self._calls.waiting.monotonic() - asked)
        self._pace(idle=at_tip and not records)
        self._batches = deque(batch for batch in map(self._wanted, self._unpack(records)) if batch.keys)

    def _gap(self, first: dict[str, Any]) -> Lost | None:
        """Returns the records that may be lost because the first record is no longer the one of the checkpoint."""
        if int(first["SequenceNumber"]) <= self._place.value >> SUB_BITS:
            return None
        arrived, now = _milliseconds(first["ApproximateArrivalTimestamp"]), self._calls.clock.now()
        return Lost(None, arrived if now is None else min(arrived, now - self._retention))

    def _wanted(self, batch: Batch) -> Batch:
        """Returns the requested part of a batch: an iterator may start earlier, at an aggregate or oldest record."""
        kind, value, _ = self._place
        if kind == From.AFTER_SEQUENCE_NUMBER and batch.sequences[0] <= value:
            return batch.slice(bisect_right(batch.sequences, value))
        if kind == From.AT_TIMESTAMP and batch.arrived < value:
            return batch.slice(0, 0)
        return batch

    def _new_iterator(self) -> str:
        self._resuming = self._place.kind == From.AFTER_SEQUENCE_NUMBER
        try:
            iterator = self._iterator_from(self._start())
        except InvalidArgumentError:
            # Of a trimmed sequence number, all held records are later. Of a future time, all held records are earlier.
            start = "TRIM_HORIZON" if self._resuming else "LATEST"
            iterator = self._iterator_from({"ShardIteratorType": start})
        self._confirm()
        return iterator

    def _iterator_from(self, start: dict[str, Any]) -> str:
        answer = self._calls("get_shard_iterator", StreamName=self._calls.stream, ShardId=self.shard.id, **start)
        return str(answer["ShardIterator"])

    def _start(self) -> dict[str, Any]:
        value = self._place.value
        match self._place.kind:
            case From.AFTER_SEQUENCE_NUMBER:
                # AT, not AFTER: more of an aggregate may be wanted, and for AFTER n - 1 the record n itself.
                number = str((value + 1) >> SUB_BITS).zfill(self._digits)
                return {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": number}
            case From.AT_TIMESTAMP:
                return {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": clock.to_datetime(value)}
            case _:
                return {"ShardIteratorType": "TRIM_HORIZON"}

    def _unpack(self, records: Iterable[dict[str, Any]]) -> list[Batch]:
        """Returns the batches of the records; none of them is empty."""
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
    """Returns the milliseconds of a stamp: a datetime of botocore, or seconds, exact to a microsecond."""
    return clock.from_datetime(stamp) if isinstance(stamp, datetime) else round(stamp * 1_000_000) // clock.SECOND
