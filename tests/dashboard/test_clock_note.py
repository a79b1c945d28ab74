"""Pages show a note when a clock is wrong, and a stamp in the future has no age."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains

from accounts.models import User
from dashboard import clock_note
from dashboard.operators.state import streams
from dashboard.progress import pulse
from streams.coordination.leases import Leases
from streams.core import clock
from streams.core.state import EMPTY
from streams.models import LEASE, Lease, Member
from streams.models.database_time import ahead_for_sure, database_time
from streams.models.progress import seconds_since, skews
from streams.operations import lag

pytestmark = pytest.mark.django_db
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOW = clock.to_datetime(1_795_000_000_000)


def member(skew: int | None, owner: str = "a", stream: str = "trades", lives: timedelta = LEASE) -> None:
    expires = timezone.now() + lives
    Member.objects.create(application="trades", stream=stream, owner=owner, expires=expires, skew=skew)


def lease(ahead: timedelta) -> None:
    moment = timezone.now() + ahead
    Lease.objects.create(
        application="trades", stream="trades", shard="s", checkpoint="trim-horizon", watermark=moment, newest=moment
    )


def uncounted(*_: Any) -> tuple[dict[str, int], str]:
    return {}, "not counted"


def test_clock_note_is_absent_while_clocks_agree() -> None:
    member(1900)
    lease(SECOND)
    assert clock_note.note() == ""


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=2), "The clock of this machine is off by 48 h: it is ahead of the database's."),
        (timedelta(minutes=-5, seconds=-1), "The clock of this machine is off by 5 min: it is behind the database's."),
    ],
)
def test_clock_note_names_a_web_machine_with_a_wrong_clock(ahead: timedelta, words: str) -> None:
    assert clock_note.note(lambda: timezone.now() + ahead).startswith(words)


def test_clock_note_is_absent_on_a_page_that_is_slow() -> None:
    lease(SECOND)
    assert pulse(timezone.now() - 9 * SECOND)["clock_note"] == ""  # the page began so long ago
    started = timezone.now()
    readings = iter([started - 9 * SECOND, started + 9 * SECOND])  # the database answered so late
    assert ahead_for_sure(lambda: next(readings)) == 0


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (-3_600_400, "is off by 60 min: it is ahead of the time that the stream trades keeps."),
        (90_400, "is off by 90 s: it is behind the time that the stream trades keeps."),
    ],
)
def test_clock_note_reports_the_difference_measured_by_a_worker(skew: int, words: str) -> None:
    member(skew)
    assert words in clock_note.note()


def test_clock_note_reports_stamps_ahead_without_a_worker() -> None:
    lease(25 * HOUR + SECOND)
    assert "off by 25 h: it is behind the stamps of records." in clock_note.note()


def test_clock_note_believes_the_living_worker_with_the_least_difference() -> None:
    for owner, skew in (("a", 3_600_000), ("b", -300), ("c", None)):
        member(skew, owner)
    member(9, "d", lives=-SECOND)
    assert skews() == {("trades", "trades"): -300}


def test_a_worker_writes_how_far_the_streams_time_is_ahead() -> None:
    ahead = Leases("trades", "trades", lambda *_: EMPTY, "me", lambda: database_time() + 60_000)
    ahead.assign()
    ahead.assign()
    [skew] = skews().values()
    assert 59_000 < skew <= 60_000


@pytest.mark.parametrize(
    ("moment", "ahead", "seconds"),
    [
        (NOW - 5 * SECOND, 0, 5.0),
        (NOW + SECOND, 0, 0.0),
        (NOW + HOUR, 0, None),
        (NOW + HOUR, 3_601_000, 1.0),
        (NOW - HOUR, -3_599_000, 1.0),
        (None, 0, None),
    ],
)
def test_a_moment_in_the_future_has_no_age(moment: datetime | None, ahead: int, seconds: float | None) -> None:
    assert seconds_since(moment, NOW, ahead) == seconds


def test_clock_note_is_on_every_page_without_an_age_of_zero(client: Client) -> None:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    lease(24 * HOUR)
    for address in ("/market/", "/orders/", "/streams/"):
        assertContains(client.get(address), "The clock of this machine is off by")
    assertContains(client.get("/market/"), '<span data-kpi="age" data-testid="age">–</span>', html=True)


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_figures_stay_current_while_the_clock_differs_from_the_streams(client: Client, ahead: timedelta) -> None:
    client.force_login(User.objects.create_user("ada"))
    lease(ahead)
    member(round(ahead.total_seconds() * 1000))
    page = client.get("/market/")
    assert (page.context["standing"].look, page.context["standing"].reason) == ("current", "")
    assert page.context["age"] < 60
    assertContains(page, "The clock of this machine is off by 60 min")


def test_clock_note_reaches_a_page_without_sockets_by_the_pulse(client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    assert client.get("/live/pulse.json").json()["data"]["clock_note"] == ""
    lease(24 * HOUR)
    assert pulse(timezone.now())["clock_note"].startswith("The clock of this machine is off by 24 h")


def test_lag_is_measured_by_the_streams_own_time_or_unknown() -> None:
    lease(HOUR)
    [row], _ = lag.rows(Lease.objects.all(), uncounted)
    [found] = streams(timezone.now(), uncounted)["streams"]
    assert (row["lag"], found["lag"], found["shards"][0]["lag"], found["skew"]) == (None, None, None, None)
    member(3_605_000)
    [row], _ = lag.rows(Lease.objects.all(), uncounted)
    [found] = streams(timezone.now(), uncounted)["streams"]
    assert 4 < row["lag"] < 7
    assert 4 < found["lag"] < 7
    assert found["skew"] == 3605.0
