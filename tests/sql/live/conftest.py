"""Fixtures of the tests of SQL applications that run: a store of streams, and programs that need no script."""

from pathlib import Path

import pytest
from pytest_django import Settings

from sql.live import compiling, deployed
from streams.backends.embedded.stream import EmbeddedStream
from tests.sql.live.fake import FakeProgram


@pytest.fixture
def fake_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "compile_application", FakeProgram)
    monkeypatch.setattr(deployed, "_compiled", {})


@pytest.fixture
def clicks(settings: Settings, tmp_path: Path) -> EmbeddedStream:
    """The stream `clicks`, of one shard."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "clicks")
    stream.create()
    return stream
