"""Which days are missing, and which an answer makes known: against naive sets of days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from applications.quotes.ranges import Days, joined, known_by, missing, requests, settled

START = date(2020, 1, 1)
ranges = st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda pair: days(pair[0], pair[0] + pair[1]))
NOW = datetime(2020, 1, 20, 15, tzinfo=UTC)


def days(first: int, last: int) -> Days:
    return Days(START + timedelta(first), START + timedelta(last))


def each_of(found: list[Days]) -> list[date]:
    return [each.first + timedelta(number) for each in found for number in range((each.last - each.first).days + 1)]


@given(ranges, st.lists(ranges, max_size=6))
def test_missing_days_are_those_that_are_asked_and_not_known(asked: Days, known: list[Days]) -> None:
    assert each_of(missing(asked, known)) == sorted({*each_of([asked])} - {*each_of(known)})


@given(st.lists(ranges, max_size=6))
def test_joined_ranges_are_the_same_days_and_do_not_touch(known: list[Days]) -> None:
    found = joined(known)
    assert each_of(found) == sorted({*each_of(known)})
    assert all(later.first > earlier.last + timedelta(1) for earlier, later in pairwise(found))


@given(st.lists(ranges, max_size=3), st.integers(1, 5))
def test_requests_are_bounded_and_cover_the_ranges_newest_first(asked: list[Days], most: int) -> None:
    found = list(requests(joined(asked), most))
    assert each_of(sorted(found)) == sorted({*each_of(asked)})
    assert found == sorted(found, reverse=True)
    assert all((each.last - each.first).days < most for each in found)


def test_day_settles_when_it_is_over_everywhere() -> None:
    assert settled(datetime(2020, 1, 20, 12, tzinfo=UTC)) == date(2020, 1, 19)
    assert settled(datetime(2020, 1, 20, 11, 59, tzinfo=UTC)) == date(2020, 1, 18)


def test_newest_days_without_bars_are_asked_again_for_a_week() -> None:
    asked = Days(START, NOW.date())
    assert known_by(asked, date(2020, 1, 17), NOW) == Days(START, date(2020, 1, 17))  # a Friday
    assert known_by(asked, date(2020, 1, 20), NOW) == Days(START, date(2020, 1, 19))  # today still changes
    assert known_by(asked, date(2020, 1, 3), NOW) == Days(START, date(2020, 1, 12))  # it trades no more
    assert known_by(asked, None, NOW) == Days(START, date(2020, 1, 12))
    assert known_by(Days(NOW.date(), NOW.date()), NOW.date(), NOW) is None
