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


def test_collection_is_made_when_as_many_sockets_left_as_remain() -> None:
    stage = Stage()
    stage.leave(1999)
    assert stage.collector.step(2000) is False
    stage.leave(1)
    assert (stage.collector.step(2000), stage.collector.step(2000), stage.made) == (True, False, 1)


async def test_collection_counts_a_socket_at_its_end_of_any_kind() -> None:
    async def fails(scope: dict[str, str]) -> None:
        raise ConnectionResetError(scope["type"])

    stage = Stage()
    for _ in range(FEWEST):
        with pytest.raises(ConnectionResetError, match="websocket"):
            await stage.collector.counts(fails)({"type": "websocket"})
    assert stage.collector.step(1) is True


def test_collection_is_not_made_for_a_few_ended_sockets() -> None:
    stage = Stage()
    stage.leave(FEWEST - 1)
    assert stage.collector.step(1) is False
    stage.leave(1)
    assert stage.collector.step(1) is True


def test_collection_is_made_after_a_long_time_in_any_case() -> None:
    stage = Stage()
    stage.time += LONGEST - 1
    assert stage.collector.step(9) is False
    stage.time += 1
    assert (stage.collector.step(9), stage.collector.step(9)) == (True, False)


def test_collection_of_python_is_off_meanwhile_and_on_again_afterwards() -> None:
    before = gc.get_threshold()
    with Collector().ours():
        full = gc.get_stats()[2]["collections"]
        held = [[number] for number in range(500_000)]
        assert gc.get_stats()[2]["collections"] == full
    del held
    assert gc.get_threshold() == before
