"""Times as people type them, in the zone in which they are shown."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import clock, moments
from streams.core.records import LATEST, TRIM_HORIZON, Place, at, parse_where
from tests.fakes import FakeClock

NOW = clock.from_iso("2026-11-22T14:00:00Z")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T13:00:00Z", "2026-11-22T13:00:00Z"),
        ("2026-11-22 13:00:00", "2026-11-22T12:00:00Z"),  # as the page shows it in Berlin
        ("2026-07-22 13:00", "2026-07-22T11:00:00Z"),
        ("2026-11-22T13:00:00+05:30", "2026-11-22T07:30:00Z"),
        ("14:55:17", "2026-11-22T13:55:17Z"),
        ("14:55:17.250", "2026-11-22T13:55:17.250Z"),
        ("23:55", "2026-11-21T22:55:00Z"),  # of yesterday: it is three in the afternoon
        ("now", "2026-11-22T14:00:00Z"),
        ("15m", "2026-11-22T13:45:00Z"),
        ("now-1h", "2026-11-22T13:00:00Z"),
        ("now - 1h30m", "2026-11-22T12:30:00Z"),
        ("10 minutes ago", "2026-11-22T13:50:00Z"),
        ("1 hour 5 secs ago", "2026-11-22T12:59:55Z"),
        ("2d", "2026-11-20T14:00:00Z"),
        ("999999999w", "1970-01-01T00:00:00Z"),
    ],
)
def test_time_is_read_in_each_of_its_forms(text: str, expected: str) -> None:
    assert moments.parse(text, FakeClock(NOW), BERLIN) == clock.from_iso(expected)


@pytest.mark.parametrize("text", ["", "noon", "15", "m", "now-", "-1h", "25:00", "2026-13-01", "1e9", "٣m"])
def test_time_in_another_form_is_refused_with_the_known_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"trim-horizon, latest, a time such as .* 15m, now-1h or 10 minutes ago"):
        parse_where(text, FakeClock(NOW))


def test_start_is_a_place_or_a_time() -> None:
    found = [parse_where(text, FakeClock(NOW)) for text in ("trim-horizon", "latest", "15m")]
    assert found == [TRIM_HORIZON, LATEST, at(NOW - 15 * clock.MINUTE)]


@given(arrived=st.integers(0, 10**14 - 1), sequence=st.integers(0, 10**70))
def test_place_is_written_and_read(arrived: int, sequence: int) -> None:
    assert Place.parse(str(Place(arrived, sequence))) == (arrived, sequence)


@pytest.mark.parametrize("text", ["", "1", "-1-2", "a-b", "1-2-3", "1-" + "9" * 5000])
def test_place_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no place in a stream"):
        Place.parse(text)
