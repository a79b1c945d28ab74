"""A consumer on kcl-rs 0.1.4: URL STREAM APPLICATION; prints the newest arrival (ms) of each call that brings records.

Until it is killed. It polls, as ours do, and as often as Kinesis lets a shard be asked; all else is its default.
"""

import sys
from typing import Any

from kcl_rs import RecordProcessorBase, Scheduler  # type: ignore[import-not-found]

READ_MILLISECONDS = 200


class Processor(RecordProcessorBase):  # type: ignore[misc]
    def initialize(self, found: Any) -> None:
        pass

    def process_records(self, found: Any) -> None:
        if found.records:
            print(found.records[-1].timestamp_millis, flush=True)
            found.checkpointer.checkpoint()

    def lease_lost(self, found: Any) -> None:
        pass

    def shard_ended(self, found: Any) -> None:
        found.checkpointer.checkpoint()

    def shutdown_requested(self, found: Any) -> None:
        found.checkpointer.checkpoint()


def main(url: str, stream: str, application: str) -> None:
    Scheduler(
        stream_name=stream,
        application_name=application,
        record_processor_factory=Processor,
        region="eu-west-1",
        endpoint_url=url,
        initial_position="TRIM_HORIZON",
        retrieval_mode="POLLING",
        idle_time_between_reads_millis=READ_MILLISECONDS,
    ).run()


main(*sys.argv[1:])
