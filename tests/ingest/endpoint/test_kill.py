"""kill -9 of the endpoint under load: each acknowledged record is stored."""

import threading
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from tests.emulators import free_port
from tests.ingest.endpoint.serving import client_of, start
from tests.waiting import wait_for

KILLS = 2
ENOUGH = 20  # acknowledged puts between two kills


def test_what_was_acknowledged_is_stored_after_kills(tmp_path: Path) -> None:
    path, port = tmp_path / "streams.sqlite3", free_port()
    stream = EmbeddedStream(path, "trades")
    stream.create(shards=2)
    acknowledged, stop = set[bytes](), threading.Event()

    def put(number: int) -> None:
        client = client_of(f"http://127.0.0.1:{port}", connect_timeout=60)
        for count in range(1_000_000):
            datas = [f"{number}-{count}-{place}".encode() for place in range(3)]
            while not stop.is_set():
                try:
                    records = [{"Data": data, "PartitionKey": data.decode()} for data in datas]
                    client.put_records(StreamName="trades", Records=records)
                except (BotoCoreError, ClientError):
                    continue  # as a client retries
                acknowledged.update(datas)
                break
            if stop.is_set():
                return

    process = start(path, port)
    threads = [threading.Thread(target=put, args=[number], daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            wait_for(partial(_has_grown, acknowledged, len(acknowledged) + ENOUGH * 3))
            process.kill()
            process.wait(timeout=60)
            process = start(path, port)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        process.kill()
        process.wait(timeout=60)
    assert acknowledged <= set(stored(stream))


def stored(stream: EmbeddedStream) -> list[bytes]:
    pages = [stream.read(shard.id, TRIM_HORIZON, 1_000_000) for shard in stream.describe().shards]
    return [data for page in pages for batch in page.batches for data in batch.datas]


def _has_grown(found: set[bytes], to: int) -> bool:
    return len(found) >= to
