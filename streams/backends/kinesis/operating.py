"""Changes a stream of Amazon Kinesis as its operator asks. The service may take minutes for a change."""

from typing import Any

from streams.backends import limits
from streams.backends.kinesis.reading import SUB_BITS
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import connect, parse_url


class OperatedStream(KinesisStream):
    """Asks for changes. With `waits` each call returns once the change is done; without, as soon as it is accepted."""

    def __init__(self, name: str, client: Any, *, waits: bool) -> None:
        super().__init__(name, client)
        self._waits = waits

    def set_retention(self, hours: int) -> None:
        self._summarise()
        before = self._summary["RetentionPeriodHours"]
        if hours != before:
            call = "increase_stream_retention_period" if hours > before else "decrease_stream_retention_period"
            self._calls.patiently(call, StreamName=self.name, RetentionPeriodHours=hours)
            self._wait_for("ACTIVE")

    def reshard(self, count: int) -> int:
        """Asks for `count` open shards of equal ranges; returns how many there were."""
        before = self.open_shards()
        self._calls.patiently(
            "update_shard_count", StreamName=self.name, TargetShardCount=count, ScalingType="UNIFORM_SCALING"
        )
        self._wait_for("ACTIVE")
        return before

    def put_one(self, key: str, data: bytes) -> tuple[str, int]:
        """Puts one record; returns its shard and its sequence number in our form."""
        limits.check(key, data)
        answer = self._calls("put_record", StreamName=self.name, PartitionKey=key, Data=data)
        return answer["ShardId"], int(answer["SequenceNumber"]) << SUB_BITS

    def _wait_for(self, wanted: str | None) -> None:
        if self._waits:
            super()._wait_for(wanted)
        else:
            self._next_summary = float("-inf")  # the status is asked anew


def open_operated(url: str, name: str, *, waits: bool) -> OperatedStream:
    """Opens the named stream at the URL. Raises StreamError."""
    return OperatedStream(name, connect(parse_url(url)), waits=waits)
