"""Which readers /readyz calls too late."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from monitoring.lag import COUNT_EVERY, Laggards
from streams.models import Member
from tests.dashboard.rows import NOON, at, lease

pytestmark = pytest.mark.django_db


class Counts:
    """Records that wait, by stream; a stream without a number cannot be counted."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.asked = 0

    def __call__(self, stream: str, checkpoints: object) -> tuple[dict[str, int], str]:
        self.asked += 1
        return ({"s0": self.counts[stream]}, "") if stream in self.counts else ({}, "Not to be counted.")


@pytest.fixture(autouse=True)
def _limit(settings: Settings) -> None:
    settings.READY_LAG = 300


def laggards(counts: Counts, times: Iterator[float] | None = None) -> Laggards:
    return Laggards(counts, lambda: NOON, lambda: next(times) if times else 0.0)


def test_a_reader_with_nothing_to_read_is_not_behind() -> None:
    lease("trades", at(-120), stream="sensors")
    assert laggards(Counts(sensors=0)).in_words() == ""


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (1, "trades on sensors is 345 s behind, 1 record waits"),
        (1200, "trades on sensors is 345 s behind, 1,200 records wait"),
    ],
)
def test_late_reader_is_named_with_its_waiting_records(waiting: int, words: str) -> None:
    lease("trades", at(0, -345), stream="sensors")
    lease("orders", at(0, -299))
    assert laggards(Counts(sensors=waiting, orders=9)).in_words() == words


def test_reader_without_a_count_is_late_unless_its_workers_ended_by_themselves() -> None:
    lease("trades", at(-60), stream="sensors")
    found = laggards(Counts())
    assert found.in_words() == ""
    killed = NOON - timedelta(hours=1)
    Member.objects.create(application="trades", stream="sensors", owner="one", expires=killed)
    assert found.in_words() == "trades on sensors is 3,600 s behind"


def test_count_of_waiting_records_is_reused_for_a_while() -> None:
    lease("trades", at(-60))
    counts = Counts(trades=7)
    found = laggards(counts, iter([1.0, 1.0, COUNT_EVERY, COUNT_EVERY + 1, COUNT_EVERY + 1]))
    assert ([found.in_words() for _ in range(3)], counts.asked) == (
        ["trades on trades is 3,600 s behind, 7 records wait"] * 3,
        2,
    )


def test_records_are_not_counted_for_a_reader_in_time() -> None:
    lease("trades", at(-1))
    counts = Counts(trades=7)
    assert (laggards(counts).in_words(), counts.asked) == ("", 0)


def test_lag_message_names_at_most_three_readers() -> None:
    for number in range(9):
        lease("trades", at(-60), stream=f"s{number}")
    words = laggards(Counts(**{f"s{number}": 1 for number in range(9)})).in_words()
    assert words.split("; ")[3:] == ["6 more"]
