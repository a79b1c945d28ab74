"""GetRecords: one shard read on, page by page, within Kinesis' limits."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from streams import clock
from streams.clock import Clock
from streams.records import SHARD_END, Batch, From, Page, Position, Shard, StreamError, after
from streams.stream.aggregation import in_shard
from streams.stream.kinesis_calls import Calls
from streams.stream.kinesis_errors import InvalidArgumentError, IteratorExpiredError
from streams.stream.retrying import Backoff, BusyError

# Our sequence numbers have room for the records inside an aggregated one: Kinesis' number, then the place inside.
SUB_BITS = 20
RECORDS_A_READ = 10_000
SETTLE = (
    2000  # milliseconds: how far "nothing older will come" trails the clock, for a stamp that takes time to be seen
)
IDLE = 5  # times as long between reads of a shard that has had nothing for so long: a second, as KCL has it by default
LONGEST_PAUSE = 2.0  # seconds between reads of a shard that is throttled

Row = tuple[int, int, str, bytes]  # arrived, sequence, key, data


class ShardReader:
    """Keeps its place between reads: Kinesis' iterator, and records that came but were not asked for yet."""

    def __init__(self, calls: Calls, shard: Shard, digits: int, now: Clock, interval: float) -> None:
        """`digits` is how many a sequence number has at least, with zeros in front.

        `interval` is seconds between reads: Kinesis takes five a second for a shard, from all its readers. An idle
        shard is left alone for longer, so that others may read it too, and each call costs.
        """
        self.shard = shard
        self._calls = calls
        self._digits = digits
        self._now = now
        self._interval = interval
        self._backoff = Backoff(calls.waiting.chance, LONGEST_PAUSE)
        self._next_read = float("-inf")
        self._go_to(SHARD_END)

    def read(self, position: Position, limit: int) -> Page:
        """Up to `limit` records; at once nothing, complete to nowhere, when it is too early to ask."""
        if position == SHARD_END:
            return Page([], self._now() - SETTLE, ended=True)
        if position.kind == From.LATEST:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")
        if position != self._place:
            self._go_to(position)
        if not self._rows and not self._ended:
            if self._calls.waiting.seconds() < self._next_read:
                return Page([], None)
            self._fetch(min(limit, RECORDS_A_READ))
        return self._page(limit)

    def _go_to(self, position: Position) -> None:
        self._place = position
        self._iterator: str | None = None
        self._rows: list[Row] = []  # the newest first, so that taking the oldest is cheap
        self._complete_to: int | None = None
        self._ended = False
        self._stay_busy()

    def _page(self, limit: int) -> Page:
        rows = self._rows[: -limit - 1 : -1]
        del self._rows[-limit:]
        if rows:
            self._place = after(rows[-1][1])
        if self._rows:
            return Page(_batches(rows), None)
        return Page(_batches(rows), self._complete_to, self._ended)

    def _fetch(self, limit: int) -> None:
        self._next_read = self._calls.waiting.seconds() + self._interval
        self._complete_to = None
        now = self._now()
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
        self._take(answer, now, limit)

    def _pace(self, *, idle: bool) -> None:
        """After a read: longer until the next when there has been nothing for a while."""
        if not idle:
            self._stay_busy()
        elif self._calls.waiting.seconds() >= self._busy_until:
            self._next_read += (IDLE - 1) * self._interval

    def _stay_busy(self) -> None:
        self._busy_until = self._calls.waiting.seconds() + IDLE * self._interval

    def _take(self, answer: dict[str, Any], now: int, limit: int) -> None:
        self._iterator = answer.get("NextShardIterator")  # absent: the shard is closed, and this was its end
        self._ended = not self._iterator
        records = answer["Records"]
        # A full page may end between two records of the same millisecond, and be 0 ms behind all the same.
        at_tip = self._ended or (answer.get("MillisBehindLatest") == 0 and len(records) < limit)
        if at_tip:
            self._complete_to = now - SETTLE
        self._pace(idle=at_tip and not records)
        self._rows = [row for row in self._unpack(records) if self._wanted(row)][::-1]

    def _wanted(self, row: Row) -> bool:
        """An iterator may start earlier than asked for: with the whole of an aggregate, or with all that is held."""
        if self._place.kind == From.AFTER_SEQUENCE_NUMBER:
            return row[1] > self._place.value
        return self._place.kind != From.AT_TIMESTAMP or row[0] >= self._place.value

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

    def _unpack(self, records: Iterable[dict[str, Any]]) -> Iterator[Row]:
        for record in records:
            arrived = clock.from_datetime(record["ApproximateArrivalTimestamp"])
            sequence = int(record["SequenceNumber"]) << SUB_BITS
            inner = in_shard(record["PartitionKey"], record["Data"], self.shard.hash_start, self.shard.hash_end)
            for place, (key, data) in enumerate(inner):
                yield arrived, sequence + place, key, data


def _batches(rows: list[Row]) -> list[Batch]:
    batches = []
    for arrived, group in groupby(rows, key=itemgetter(0)):
        _, sequences, keys, datas = map(list, zip(*group, strict=True))
        batches.append(Batch(arrived, sequences, keys, datas))
    return batches
