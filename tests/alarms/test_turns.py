"""Checks turns of duty lists in plain form: they are stored as cron expressions, read back, and said in words."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alarms.duty import holds
from alarms.turns import Duty, Plain, cron, duty, read, words
from tests.alarms.test_duty import Turn

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
plains = st.builds(Plain, st.frozensets(st.integers(0, 6), min_size=1), quarters, quarters)


@given(plains)
def test_plain_turn_is_read_back_as_it_was_written(plain: Plain) -> None:
    assert read(*cron(plain)) == plain


@given(plains, st.integers(0, 7 * 96 - 1))
@settings(max_examples=200)
def test_plain_turn_holds_between_its_times(plain: Plain, quarter: int) -> None:
    at = MONDAY + timedelta(minutes=15 * quarter)
    days = [at.date() - timedelta(days=back) for back in (0, 1)]
    begun = [datetime.combine(day, plain.begins, UTC) for day in days if day.weekday() in plain.days]
    ends = [datetime.combine(each.date() + timedelta(days=plain.overnight), plain.ends, UTC) for each in begun]
    within = any(first <= at < last for first, last in zip(begun, ends, strict=True))
    assert holds(Turn(*cron(plain), "UTC"), at) is within


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (("0 9 * * MON-FRI", "0 17 * * 1-5"), "Monday to Friday, 09:00 to 17:00"),
        (("0 17 * * *", "0 9 * * *"), "every day, 17:00 to 09:00 the next day"),
        (("0 9 * * MON", "0 9 * * TUE"), "Monday, 09:00 to 09:00 the next day"),
        (("0 8 * * 6,7,1", "0 9 * * 6,7,1"), "Saturday to Monday, 08:00 to 09:00"),
        (("0 8 * * MON,THU", "0 9 * * MON,THU"), "Monday and Thursday, 08:00 to 09:00"),
        (("0 9 * * MON", "0 17 * * FRI"), "from Monday 09:00 to Friday 17:00"),
        (
            ("0 9 1 * *", "0 9 * * 5L"),
            "from “at 09:00 on the first day of every month” to “at 09:00 on the last Friday of",
        ),
    ],
)
def test_turn_is_said_in_words(turn: tuple[str, str], said: str) -> None:
    assert words(*turn, "UTC").startswith(said)


def test_list_says_who_is_on_duty_now_and_next() -> None:
    day = Turn("0 9 * * MON-FRI", "0 17 * * MON-FRI", "Europe/Berlin")
    night = Turn("0 17 * * *", "0 9 * * *", "Europe/Berlin", target_id=2)
    at = datetime(2026, 6, 5, 9, tzinfo=UTC)  # a Friday
    nobody, one, two = map(frozenset, ([], [1], [2]))
    assert duty([day, night], at) == Duty(one, datetime(2026, 6, 5, 15, tzinfo=UTC), two)
    assert duty([day], at) == Duty(one, datetime(2026, 6, 5, 15, tzinfo=UTC), nobody)
    assert duty([day], at + timedelta(days=1)) == Duty(nobody, datetime(2026, 6, 8, 7, tzinfo=UTC), one)
    assert duty([Turn("0 0 * * *", "0 0 * * *", "UTC")], at) == Duty(one, None, one)
