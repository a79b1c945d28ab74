"""An archive of a stream, in a folder of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.wiring import build_worker, open_stream

Archive = Callable[[], None]


@pytest.fixture
def stream(tmp_path: Path, settings: Settings) -> EmbeddedStream:
    """Returns the stream `things`, with one shard."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    stream = open_stream("things")
    assert isinstance(stream, EmbeddedStream)
    stream.create()
    return stream


@pytest.fixture
def archive(stream: EmbeddedStream, transactional_db: None) -> Archive:
    """Returns a function that archives all that has arrived, by a new worker."""

    def run() -> None:
        worker = build_worker("archive", "things", TRIM_HORIZON, hurry=True)
        while worker.step():
            pass
        worker.step()
        worker.close()

    return run
