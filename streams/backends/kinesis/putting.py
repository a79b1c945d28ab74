"""Puts records with PutRecords, until all are stored."""

from collections.abc import Sequence

from streams.backends.kinesis.calls import Calls
from streams.backends.retrying import Outcome, Put
from streams.core.records import Entry

BYTES_A_REQUEST = 5 << 20  # keys included. Kinesis has taken 10 MiB since records may be large; its emulators take 5


def put(entries: Sequence[Entry], calls: Calls) -> list[str]:
    """Returns the shard of each entry. Raises StreamError with the number of unstored ones, and InvalidRecordError."""

    def send(records: list[Entry]) -> list[Outcome]:
        sent = [{"PartitionKey": key, "Data": data} for key, data in records]
        answer = calls("put_records", StreamName=calls.stream, Records=sent)
        return [Outcome(one.get("ShardId", ""), one.get("ErrorCode", "")) for one in answer["Records"]]

    return Put(entries, calls.stream, send, calls.waiting, BYTES_A_REQUEST).run()
