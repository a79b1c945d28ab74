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


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001 - as above
def test_text_of_postgresql_is_read_as_the_same_time(at: datetime) -> None:
    text = f"{at:%Y-%m-%d %H:%M:%S}" + (f".{at:%f}".rstrip("0") if at.microsecond else "") + "+00"
    aware = at.replace(tzinfo=UTC)
    assert (moment_of(text), milliseconds_of(text)) == (aware, clock.from_datetime(aware))
