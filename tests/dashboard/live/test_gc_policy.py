"""Full collections of garbage: when sockets have left, or after long; never because many came."""

import gc

import pytest

from dashboard.live.gc_policy import FEWEST, LONGEST, Collector


class Stage:
    def __init__(self) -> None:
        self.time = 50.0
        self.made = 0
        self.collector = Collector(lambda: self.time, self.collect)

    def collect(self) -> None:
        self.made += 1

    def leave(self, count: int) -> None:
        for _ in range(count):
            self.collector.left()


def test_one_is_made_once_as_many_have_left_as_are_there() -> None:
    stage = Stage()
    stage.leave(1999)
    assert stage.collector.step(2000) is False
    stage.leave(1)
    assert (stage.collector.step(2000), stage.collector.step(2000), stage.made) == (True, False, 1)


async def test_a_socket_counts_when_it_ends_however_it_does() -> None:
    async def fails(scope: dict[str, str]) -> None:
        raise ConnectionResetError(scope["type"])

    stage = Stage()
    for _ in range(FEWEST):
        with pytest.raises(ConnectionResetError, match="websocket"):
            await stage.collector.counts(fails)({"type": "websocket"})
    assert stage.collector.step(1) is True


def test_a_few_that_leave_are_not_worth_one() -> None:
    stage = Stage()
    stage.leave(FEWEST - 1)
    assert stage.collector.step(1) is False
    stage.leave(1)
    assert stage.collector.step(1) is True


def test_one_is_made_now_and_then_in_any_case() -> None:
    stage = Stage()
    stage.time += LONGEST - 1
    assert stage.collector.step(9) is False
    stage.time += 1
    assert (stage.collector.step(9), stage.collector.step(9)) == (True, False)


def test_python_makes_none_meanwhile_and_its_own_again_afterwards() -> None:
    before = gc.get_threshold()
    with Collector().ours():
        full = gc.get_stats()[2]["collections"]
        held = [[number] for number in range(500_000)]
        assert gc.get_stats()[2]["collections"] == full
    del held
    assert gc.get_threshold() == before
