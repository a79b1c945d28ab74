"""Times that are read quickly equal those that Django reads."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from dashboard.quick_times import milliseconds_of, moment_of, quick_time
from streams.core import clock
from streams.models import RollupMark


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))  # noqa: DTZ001 - as SQLite keeps UTC
def test_milliseconds_of_a_text_are_those_of_the_time(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)
    assert [milliseconds_of(str(at)), milliseconds_of(aware)] == [clock.from_datetime(aware)] * 2
    assert [moment_of(str(at)), moment_of(aware)] == [aware] * 2


@pytest.mark.django_db
def test_quick_times_of_the_database_are_read_as_the_same_times() -> None:
    times = [datetime(2026, 11, 28, 1, 2, 3, micros, tzinfo=UTC) for micros in (0, 1, 120_000, 999_999)]
    for place, time in enumerate(times):
        RollupMark.objects.create(application=f"a{place}", stream="s", minute=time)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL datestyle TO 'German'")  # as a server may be set
    found = list(RollupMark.objects.order_by("application").values_list(quick_time("minute"), flat=True))
    assert [moment_of(each) for each in found] == times
    assert [milliseconds_of(each) for each in found] == [clock.from_datetime(each) for each in times]
