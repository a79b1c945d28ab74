"""Times that are read quickly equal those that Django reads."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dashboard.quick_times import milliseconds_of, moment_of
from streams.core import clock


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001 - as SQLite keeps UTC
def test_milliseconds_of_a_text_are_those_of_the_time(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)
    assert [milliseconds_of(str(at)), milliseconds_of(aware)] == [clock.from_datetime(aware)] * 2
    assert [moment_of(str(at)), moment_of(aware)] == [aware] * 2
