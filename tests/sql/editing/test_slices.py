"""Slices that people name in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql.live.editing.slices import RECORDS, Slice, parse, take
from streams.core import clock

NOW = clock.from_iso("2026-11-27T18:30:00Z")
MINUTE = clock.MINUTE


def at(text: str) -> int:
    return clock.from_iso(text)


@pytest.mark.parametrize(
    ("text", "start", "minutes"),
    [
        ("yesterday 14:05 for 10 minutes", "2026-11-26T14:05Z", 10),
        ("Yesterday at 14:05 for 1 hour", "2026-11-26T14:05Z", 60),
        ("today 09:00 for 1h30m", "2026-11-27T09:00Z", 90),
        ("14:05 to 14:15", "2026-11-27T14:05Z", 10),
        ("23:55 to 00:05", "2026-11-26T23:55Z", 10),
        ("14:05", "2026-11-27T14:05Z", 10),
        ("2026-11-20T08:00Z for 2 hours", "2026-11-20T08:00Z", 120),
        ("2026-11-20T08:00Z to 2026-11-20T08:05Z", "2026-11-20T08:00Z", 5),
        ("now-1h for 5m", "2026-11-27T17:30Z", 5),
    ],
)
def test_slice_begins_and_ends_as_its_words_say(text: str, start: str, minutes: int) -> None:
    assert parse(text, NOW) == Slice(at(start), at(start) + minutes * MINUTE)


@pytest.mark.parametrize("text", ["", "the last 5 minutes", "last 5m", "5 minutes", "now-5m", "newest 5 min"])
def test_slice_of_the_last_minutes_ends_now(text: str) -> None:
    assert parse(text, NOW) == Slice(NOW - 5 * MINUTE, NOW + 1, latest=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sometime", "names no slice"),
        ("x" * 500, "names no slice"),
        ("yesterday 25:00", "names no slice"),
        ("the last 8 days", "at most 7 days"),
        ("2027-01-01 for 5 minutes", "in the future"),
        ("2026-11-20T08:05Z to 2026-11-20T08:00Z", "ends before it begins"),
        ("<script> for 5 minutes", "names no slice"),
    ],
)
def test_slice_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text, NOW)


@given(st.text(max_size=200))
def test_any_text_is_a_slice_or_refused(text: str) -> None:
    try:
        found = parse(text, NOW)
    except ValueError:
        return
    assert found.start < found.end


def test_slice_with_too_many_records_is_cut_and_says_so() -> None:
    records = [(NOW, number, "k", b"{}") for number in range(RECORDS + 1)]
    taken = take("s", Slice(NOW, NOW + 1), lambda *asked: list(records))
    assert len(taken.records) == RECORDS
    assert taken.notes[0].startswith("The slice is cut after 50,000 records, at 18:30:00 UTC")
