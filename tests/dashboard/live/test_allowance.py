"""Tests the token bucket against a naive count of the allowed requests."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.allowance import Allowance, Arrivals

BURST, RATE = 10.0, 2.0


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=50))
def test_allowance_lets_through_no_more_than_burst_and_rate(asked: list[tuple[int, int]]) -> None:
    time = 0.0
    allowance = Allowance(BURST, RATE, lambda: time)
    taken: list[tuple[float, float]] = []
    for wait, amount in asked:
        time += wait / 8  # exact in binary
        before = [sum(each for at, each in taken if at >= start) for start, _ in taken]
        fits = all(
            sum_ + amount <= BURST + RATE * (time - start) for (start, _), sum_ in zip(taken, before, strict=True)
        )
        assert allowance.take(amount) == (fits and amount <= BURST)
        if fits and amount <= BURST:
            taken.append((time, amount))


def test_arrivals_are_counted_for_each_key() -> None:
    arrivals = Arrivals(RATE, lambda: 0.0)
    assert [arrivals.take(key, burst=2) for key in "aabaab"] == [True, True, True, False, False, True]


def test_arrivals_forget_the_key_that_came_least_recently_when_there_are_too_many() -> None:
    arrivals = Arrivals(RATE, lambda: 0.0, most=2)
    assert [arrivals.take(key, burst=1) for key in "abacba"] == [True, True, False, True, True, True]
