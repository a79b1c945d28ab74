"""Makes each backend for the contracts of streams, with a way to move its time and a list of its limitations."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

import pytest

from streams.backends.aggregating import AggregatingStream, Locating
from streams.backends.base import Stream
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from streams.backends.retrying import Waiting
from streams.core import clock
from tests import emulators
from tests.contracts.fleets import DatabaseFleet, Fleet, MemoryFleet
from tests.contracts.limited import faulty, limited
from tests.fakes import FakeClock, MemoryStream
from tests.ingest.endpoint import serving
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds
from tests.waiting import wait_for

Make = Callable[[str], Stream]


class Backend(NamedTuple):
    make: Make  # opens a stream by name, not created
    now: clock.Clock  # the time by which it stamps
    tick: Callable[[], int]  # moves that time on and says to when: what is put from now on is stamped then or later
    turn_back: Callable[[], object]  # sets its clock back, where one can
    counts: bool = True  # says how many records a shard holds
    examples: int = 50  # of a property test


def with_fake_clock(open_stream: Callable[[str, FakeClock], Stream], clock: FakeClock | None = None) -> Backend:
    clock = clock or FakeClock()
    return Backend(
        lambda name: open_stream(name, clock), clock, lambda: clock.advance(5), lambda: clock.advance(-60_000)
    )


def of_fake_kinesis() -> Backend:
    clock = FakeClock()
    seconds = Seconds(passed=clock.advance)  # the service's clock moves while we pause
    waiting = Waiting(seconds, seconds.pause, lambda: 0.5)
    client = FakeKinesis(clock)
    return with_fake_clock(
        lambda name, _: KinesisStream(name, client, waiting=waiting, read_seconds=0), clock
    )._replace(counts=False)


def of_kinesis(url: str, examples: int, secret: str = "emulated") -> Backend:
    """An emulator, or our endpoint, for all tests of a session: each has streams of its own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", serving.KEY_ID)
        environment.setenv("AWS_SECRET_ACCESS_KEY", secret)
        client = connect(Place("eu-west-1", url))
    mark = uuid4().hex[:12]
    return Backend(
        lambda name: KinesisStream(f"{name}-{mark}", client, read_seconds=0),
        clock.now,
        next_millisecond,
        lambda: None,
        counts=False,
        examples=examples,
    )


def next_millisecond() -> int:
    before = clock.now()
    return int(wait_for(lambda: clock.now() if clock.now() > before else 0))


@pytest.fixture(scope="session")
def kinesis_local_url() -> Iterator[str]:
    with emulators.kinesis_local() as url:
        yield url


@pytest.fixture(scope="session")
def endpoint_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our own Kinesis API."""
    with serving.serving(tmp_path_factory.mktemp("endpoint") / "streams.sqlite3") as url:
        yield url


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    with emulators.ministack() as url:
        yield url


def alone(name: str) -> Any:
    """A backend whose tests go to one process, so that there is one emulator of it."""
    return pytest.param(name, marks=pytest.mark.xdist_group(name))


@pytest.fixture(
    params=[
        "embedded",
        "limited",
        "faulty",
        "memory",
        "fake-kinesis",
        "packed",
        alone("kinesis-local"),
        alone("ministack"),
        "endpoint",
    ]
)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    match request.param:
        case "memory":
            return with_fake_clock(cache(MemoryStream))  # two handles of a name are one stream
        case "embedded":
            return with_fake_clock(lambda name, clock: EmbeddedStream(tmp_path / "streams.sqlite3", name, clock))
        case "limited":
            return with_fake_clock(limited(tmp_path / "streams.sqlite3"))._replace(examples=20)
        case "faulty":
            return with_fake_clock(faulty(tmp_path / "streams.sqlite3"))._replace(examples=20)
        case "fake-kinesis":
            return of_fake_kinesis()
        case "packed":
            plain = of_fake_kinesis()
            return plain._replace(make=lambda name: AggregatingStream(cast(Locating, plain.make(name))))
        case "endpoint":
            return of_kinesis(request.getfixturevalue("endpoint_url"), examples=10, secret=serving.SECRET)
        case "kinesis-local":
            return of_kinesis(request.getfixturevalue("kinesis_local_url"), examples=4)
        case _:
            return of_kinesis(request.getfixturevalue("ministack_url"), examples=10)


@pytest.fixture
def make(backend: Backend) -> Make:
    """Opens a stream by name, not created."""
    return backend.make


@pytest.fixture
def stream(make: Make) -> Stream:
    """A stream of three shards."""
    stream = make("trades")
    stream.create(shards=3)
    return stream


@pytest.fixture(params=[DatabaseFleet, MemoryFleet])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    made: Fleet = request.param()
    return made


# What a backend does not do as Amazon's does, and why its tests of it would say nothing.
LEFT_OUT = {("test_resharding.py", "ministack"): "the parent of a split is gone at once"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, by name, the tests that a backend cannot pass."""
    left_out = [item for item in items if _why_not(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for (file, backend), reason in LEFT_OUT.items():
        print(f"left out of {file}, because {reason}: {backend}")  # noqa: T201 - said in CI's log


def _why_not(item: pytest.Item) -> str:
    parameters = getattr(item, "callspec", None)
    return LEFT_OUT.get((item.path.name, parameters.params.get("backend", "") if parameters else ""), "")
