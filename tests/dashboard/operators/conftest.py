"""A member of staff, a store of the test's own, and a Kinesis that can refuse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from streams import overview
from streams.backends.kinesis import operating, stream
from streams.backends.kinesis import overview as kinesis_overview
from streams.core import clock
from streams.wiring import open_stream
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


@pytest.fixture
def sensors(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A stream of two shards in a store of its own, without records."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    monkeypatch.setattr(overview, "_SAMPLES", overview.Samples(overview.sample, lambda: 0.0))
    open_stream("sensors").create(2)
    return "sensors"


@pytest.fixture
def kinesis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKinesis]:
    """Amazon Kinesis with one stream of two shards, sensors."""
    settings.STREAM_URL = "kinesis://eu-west-1"
    fake = FakeKinesis(clock.now)
    fake.create_stream(StreamName="sensors", ShardCount=2)
    fake.describe_stream_summary(StreamName="sensors")
    for module in (operating, kinesis_overview, stream):
        monkeypatch.setattr(module, "connect", lambda place: fake)
    kinesis_overview.forget()
    yield fake
    kinesis_overview.forget()
