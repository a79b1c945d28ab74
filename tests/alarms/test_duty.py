"""Checks duty lists against a naive walk over the minutes, also where summer time begins and ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alarms.duty import holds, on_duty, refusal

DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]
# Weeks in which clocks change in those zones, and one in which none does.
CHANGES = ((3, 29), (10, 25), (3, 8), (11, 1), (4, 5), (10, 4), (6, 9))
WEEKS = [datetime(2026, month, day, tzinfo=UTC) for month, day in CHANGES]


@dataclass
class Turn:
    starts: str
    ends: str
    zone: str
    duty: str = "ops"
    target_id: int = 1


def naive(starts: tuple[int, int, int], ends: tuple[int, int, int], zone: str, at: datetime) -> bool:
    """Walks over nine days by quarters of an hour, and turns the duty on and off as the wall clock passes the times."""
    place = ZoneInfo(zone)
    step = timedelta(minutes=15)
    moment = at - timedelta(days=9)
    passed, held = set(), False
    clock = moment.astimezone(place).replace(tzinfo=None)
    while moment < at:
        moment += step
        before, clock = clock, moment.astimezone(place).replace(tzinfo=None)
        due = []
        for mark, value in ((ends, False), (starts, True)):
            day, hour, minute = mark
            for date in {before.date(), clock.date()}:
                wall = datetime.combine(date, time(hour, minute))
                if date.weekday() == day and before < wall <= clock and (wall, value) not in passed:
                    passed.add((wall, value))  # a repeated hour counts once
                    due.append((wall, value))
        for _, value in sorted(due):
            held = value
    return held


quarters = st.tuples(st.integers(0, 6), st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@given(quarters, quarters, st.sampled_from(ZONES), st.sampled_from(WEEKS), st.integers(0, 3 * 96))
@settings(max_examples=150)
def test_a_turn_holds_as_the_wall_clock_says(
    starts: tuple[int, int, int], ends: tuple[int, int, int], zone: str, week: datetime, quarter: int
) -> None:
    at = week + timedelta(minutes=15 * quarter)
    begins, over = (f"{minute} {hour} * * {DAYS[day]}" for day, hour, minute in (starts, ends))
    turn = Turn(begins, over, zone)
    assert holds(turn, at) == naive(starts, ends, zone, at)


def test_a_turn_begins_at_nine_on_both_sides_of_the_change() -> None:
    turn = Turn("0 9 * * *", "0 17 * * *", "Europe/Berlin")
    times = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((28, 7), (28, 8), (29, 6), (29, 7), (29, 15))]
    assert [holds(turn, at) for at in times] == [False, True, False, True, False]


def test_only_the_targets_of_turns_that_hold_are_on_duty() -> None:
    early, late = Turn("0 0 * * *", "0 12 * * *", "UTC"), Turn("0 12 * * *", "0 0 * * *", "UTC", target_id=2)
    assert on_duty([early, late], datetime(2026, 6, 1, 11, 59, tzinfo=UTC)) == {("ops", 1)}
    assert on_duty([early, late], datetime(2026, 6, 1, 12, 0, tzinfo=UTC)) == {("ops", 2)}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("0 9 * * *", "0 17 * * *", "Mars/Base"), "There is no time zone 'Mars/Base'"),
        (("nine", "0 17 * * *", "UTC"), "'nine' is no cron expression"),
        (("0 9 * * *", "0 17 30 2 *", "UTC"), "'0 17 30 2 *' is no cron expression"),
    ],
)
def test_a_turn_that_cannot_be_read_is_refused(words: tuple[str, str, str], why: str) -> None:
    assert refusal(*words).startswith(why)
    assert refusal("0 9 * * MON", "0 17 * * FRI", "Europe/Berlin") == ""
