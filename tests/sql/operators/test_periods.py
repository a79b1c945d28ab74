"""The end of the period around a time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.engine.periods import end_of
from sql.plan.nodes import Period


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("period", "time", "end"),
    [
        (Period(size=60_000), "2016-07-19 22:49:10", "2016-07-19 22:50:00"),
        (Period(size=60_000), "2016-07-19 22:50:00", "2016-07-19 22:51:00"),
        (Period(size=60_000, offset=10_000), "2016-07-19 22:50:09.999", "2016-07-19 22:50:10"),
        (Period(unit="MONTH"), "2024-02-29 23:59:59.999", "2024-03-01 00:00:00"),
        (Period(unit="MONTH"), "2024-12-01", "2025-01-01"),
        (Period(unit="YEAR"), "2024-12-31 23:59:59", "2025-01-01"),
        (Period(unit="YEAR"), "1969-12-31 23:59:59.999", "1970-01-01"),
    ],
)
def test_end_of_period(period: Period, time: str, end: str) -> None:
    assert end_of(period)(ms(time)) == ms(end)


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000), st.integers(0, 1000))
def test_end_is_after_the_time_by_at_most_the_size(time: int, size: int, offset: int) -> None:
    end = end_of(Period(size=size, offset=offset))(time)
    assert (0 < end - time <= size, (end - offset) % size) == (True, 0)
