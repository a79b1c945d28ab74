"""Fixtures of a fake Kinesis and of one stream on it."""

import pytest

from streams.backends.kinesis.stream import KinesisStream
from streams.backends.retrying import Waiting
from tests.fakes import FakeClock
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(clock: FakeClock) -> FakeKinesis:
    return FakeKinesis(clock)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def stream(client: FakeKinesis, seconds: Seconds) -> KinesisStream:
    """Not created."""
    return KinesisStream("trades", client, waiting=Waiting(seconds, seconds.pause, lambda: 0.5))
