"""Several applications in one process share its steps, and none ends the others."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.db import OperationalError

from streams.core.records import StreamError, StreamNotFoundError
from streams.engine.consumer import Consumer
from streams.engine.consumers import LOOK, RETRY, Consumers


class FakeConsumer:
    """Counts its steps in `log`; each takes `seconds` of `clock`, and may fail."""

    def __init__(self, name: str, shared: "Shared", *, seconds: float = 0.0, found: bool = True) -> None:
        self.name, self.shared, self.seconds, self.found = name, shared, seconds, found
        self.standing_still: list[str] = []
        self.caught_up = False

    def step(self) -> bool:
        self.shared.now += self.seconds
        self.shared.log.append(self.name)
        if self.name in self.shared.broken:
            raise self.shared.broken[self.name]
        return self.found

    def close(self) -> None:
        self.shared.closed.append(self.name)
        if self.name in self.shared.broken:
            raise StreamError("gone")


class Shared:
    """The clock and the records of all fakes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []
        self.closed: list[str] = []
        self.broken: dict[str, Exception] = {}

    def consumers(self, *names: str, **options: Any) -> Consumers:
        def opener(name: str) -> Callable[[], Consumer]:
            return lambda: cast(Consumer, FakeConsumer(name, self, **options.get(name, {})))

        return Consumers({name: opener(name) for name in names}, lambda: self.now)

    def of_then(self, names: list[str]) -> Consumers:
        """Steps the applications that the list has at each look."""

        def opens() -> dict[str, Callable[[], Consumer]]:
            return {name: lambda name=name: cast(Consumer, FakeConsumer(name, self)) for name in names}  # type: ignore[misc]

        return Consumers(opens(), lambda: self.now, opens)


@pytest.fixture
def shared() -> Shared:
    return Shared()


def test_each_application_has_as_many_steps_as_any_other_when_one_is_slow(shared: Shared) -> None:
    consumers = shared.consumers("a", "b", "c", b={"seconds": 9.0})
    assert all(consumers.step() for _ in range(300))
    assert Counter(shared.log) == {"a": 100, "b": 100, "c": 100}
    assert shared.log[:6] == ["a", "b", "c"] * 2


def test_round_reports_an_empty_step_only_at_its_end(shared: Shared) -> None:
    idle = {"found": False}
    consumers = shared.consumers("a", "b", "c", a=idle, b=idle, c=idle)
    assert [consumers.step() for _ in range(6)] == [True, True, False] * 2
    consumers = shared.consumers("a", "b", a={"found": True}, b=idle)
    assert [consumers.step() for _ in range(4)] == [True] * 4


def test_failed_application_is_retried_while_the_others_go_on(shared: Shared, caplog: pytest.LogCaptureFixture) -> None:
    consumers = shared.consumers("a", "b")
    consumers.step()
    shared.broken["b"] = StreamNotFoundError("There is no stream 'b'.")
    for _ in range(20):
        consumers.step()
    assert Counter(shared.log) == {"a": 11, "b": 1}
    assert caplog.messages[0] == "b does not go on: There is no stream 'b'; trying again"
    del shared.broken["b"]
    shared.now += RETRY
    for _ in range(2):
        consumers.step()
    assert shared.log.count("b") == 2


def test_failed_application_takes_at_most_a_fifth_of_the_time(shared: Shared) -> None:
    consumers = shared.consumers("a", "b", a={"seconds": 0.01}, b={"seconds": 3.0})
    consumers.step()
    shared.broken["b"] = StreamError("It does not answer.")
    while shared.now < 1000:
        consumers.step()
    assert shared.log.count("b") * 3.0 <= shared.now / 5 + 3.0


def test_unforeseen_error_does_not_end_the_other_applications(shared: Shared, caplog: pytest.LogCaptureFixture) -> None:
    consumers = shared.consumers("a", "b")
    consumers.step()
    shared.broken["b"] = ZeroDivisionError("division by zero")
    for _ in range(5):
        consumers.step()
    assert shared.log.count("a") == 3
    assert next(record.message for record in caplog.records if record.levelno == logging.ERROR) == "b failed"


def test_an_error_is_raised_when_no_application_could_begin(shared: Shared) -> None:
    shared.broken = {"a": StreamError("first"), "b": StreamError("second")}
    consumers = shared.consumers("a", "b")
    assert consumers.step()
    with pytest.raises(StreamError, match="second"):
        consumers.step()


def test_an_error_is_raised_when_the_application_is_alone(shared: Shared) -> None:
    consumers = shared.consumers("a")
    consumers.step()
    shared.broken["a"] = StreamError("gone")
    with pytest.raises(StreamError, match="gone"):
        consumers.step()


def test_a_single_application_waits_for_a_stream_that_was_deleted_while_it_was_read(shared: Shared) -> None:
    consumers = shared.consumers("a")
    consumers.step()
    shared.broken["a"] = StreamNotFoundError("There is no stream 'a'.")
    consumers.step()
    assert (consumers.caught_up(), consumers.not_read()) == (True, "Not all was read: There is no stream 'a'.")
    del shared.broken["a"]
    shared.now += RETRY
    consumers.step()
    assert (shared.log.count("a"), consumers.not_read()) == (3, "")


def test_caught_up_counts_failures_and_names_them(shared: Shared) -> None:
    consumers = shared.consumers("a", "b")
    consumers.step()
    shared.broken["b"] = StreamNotFoundError("There is no stream 'b'.")
    consumers.step()
    assert not consumers.caught_up()
    cast(Any, consumers._places[0]._consumer).caught_up = True
    assert consumers.caught_up()
    assert consumers.not_read() == "Not all was read: b: There is no stream 'b'."


def test_close_closes_every_application_though_one_fails(shared: Shared) -> None:
    consumers = shared.consumers("a", "b", "c")
    for _ in range(3):
        consumers.step()
    shared.broken["b"] = StreamError("gone")
    consumers.close()
    assert shared.closed == ["a", "b", "c"]


def test_applications_that_come_and_go_begin_and_end_at_a_look(shared: Shared) -> None:
    names = ["a", "b"]
    consumers = shared.of_then(names)
    consumers.step()
    names[:] = ["b", "c"]
    shared.now += LOOK
    for _ in range(4):
        consumers.step()
    assert (shared.log, shared.closed) == (["a", "b", "b", "c", "b"], ["a"])


def test_delivery_that_loses_the_database_waits_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class IdleWorker:
        now, watermark = staticmethod(lambda: 0), staticmethod(lambda: None)

        def step(self) -> bool:
            return False

        def standing_still(self, started: int) -> list[str]:
            return []

    def deliver() -> bool:
        raise OperationalError("gone")

    consumer = Consumer(cast(Any, IdleWorker()), deliver=cast(Any, deliver))
    assert consumer.step() is False
    assert "Rows that were put aside wait: The database refused: gone." in caplog.text
