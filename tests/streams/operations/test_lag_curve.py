"""The curve of consumer lag, against a naive account of every minute."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from streams.core import clock
from streams.core.facts import History, Minute
from streams.models import LagMinute
from streams.operations.lag_curve import MOST_READERS, lags
from tests.dashboard.rows import at

FIRST = clock.from_datetime(at()) // clock.MINUTE


def row(minute: int, lag: float | None, application: str = "trades") -> LagMinute:
    """Makes a row, noted half-way through a minute after FIRST."""
    moment = clock.to_datetime((FIRST + minute) * clock.MINUTE)
    watermark = None if lag is None else moment + timedelta(seconds=30 - lag)
    return LagMinute(application=application, stream="s", minute=moment, watermark=watermark, lag=lag)


def history(arrivals: set[int], length: int, since: int = -99) -> History:
    return History(FIRST + since, [Minute(FIRST + each, 1, 1) for each in sorted(arrivals)], FIRST + length)


def naive(rows: dict[int, float | None], arrivals: set[int], length: int, *, waits: bool) -> list[float | None]:
    found: list[float | None] = []
    for minute in range(length):
        if minute in rows:
            found.append(rows[minute])
            continue
        before = [each for each in rows if each < minute]
        lag = rows[max(before)] if before else None
        if lag is None:
            found.append(None)
            continue
        watermark = max(before) * 60 + 30 - lag  # seconds after FIRST
        later = any(watermark // 60 < each <= minute for each in arrivals)
        grows = later or (waits and minute > max(rows))
        found.append(round((minute + 1) * 60 - watermark, 1) if grows else 0.0)
    return found


class Curves(TestCase):
    @given(
        rows=st.dictionaries(st.integers(0, 15), st.none() | st.integers(0, 200), min_size=1),
        arrivals=st.sets(st.integers(0, 15)),
        waits=st.booleans(),
    )
    @example(rows={12: 0, 14: 151}, arrivals={12}, waits=False)  # the watermark goes back over an arrival
    def test_curve_agrees_with_a_naive_account(
        self, rows: dict[int, float | None], arrivals: set[int], waits: bool
    ) -> None:
        LagMinute.objects.bulk_create([row(minute, lag) for minute, lag in rows.items()])
        found = lags("s", history(arrivals, 16), FIRST, {"trades"} if waits else set())
        assert found == {"trades": naive(rows, arrivals, 16, waits=waits)}


@pytest.mark.django_db
def test_curve_goes_on_from_a_row_before_its_beginning() -> None:
    LagMinute.objects.bulk_create([row(-5, 30)])
    assert lags("s", history({2}, 4), FIRST, set()) == {"trades": [0.0, 0.0, 480.0, 540.0]}
    assert lags("s", history(set(), 2, since=0), FIRST, set()) == {"trades": [None, None]}


@pytest.mark.django_db
def test_curves_are_bounded_and_of_one_stream() -> None:
    LagMinute.objects.bulk_create([row(0, 1, f"a{number:02}") for number in range(20)])
    assert list(lags("s", history(set(), 1), FIRST, set())) == [f"a{number:02}" for number in range(MOST_READERS)]
    assert lags("other", history(set(), 1), FIRST, set()) == {}


@pytest.mark.django_db
def test_nothing_is_claimed_for_a_minute_without_a_worker_where_arrivals_are_not_told() -> None:
    LagMinute.objects.bulk_create([row(0, 1), row(2, 1)])
    untold = History(None, [], FIRST + 4, "not told")
    assert lags("s", untold, FIRST, set()) == {"trades": [1, None, 1, None]}
