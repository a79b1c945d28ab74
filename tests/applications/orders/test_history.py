"""The counts of any time: highest of each step, 0 without lines, and gaps where nothing is known."""

import csv
import io

import pytest
from django.test import Client

from accounts.models import User
from applications.orders.models import SiteSecond
from applications.orders.rollups import LADDER
from streams.models.rollups import mark, roll
from tests.dashboard.rows import alarm, at, lease, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture(autouse=True)
def paris() -> None:
    lease("orders", at(30))
    site("paris", lines=1)
    for second, lines, peak in [(0, 3, 3), (5, 4, 7), (600, 2, 2)]:
        SiteSecond.objects.create(site="paris", second=at(seconds=second), lines=lines, peak=peak)
    mark("orders", "orders", [at(0), at(10)])
    roll(LADDER, "orders")


def test_steps_of_minutes_have_peaks_zeros_and_gaps(ada: Client) -> None:
    found = ada.get("/orders/counts.json?site=paris&range=2026-11-22T11:58Z..2026-11-22T13:30Z").json()
    peaks = found["sites"]["paris"]["peak"]
    assert (found["range"]["step"], len(peaks)) == (60, 92)
    assert peaks[:4] == [None, 0, 7, 0]
    assert (peaks[12], peaks[31], peaks[32]) == (2, 0, None)
    assert sum(lines for lines in found["sites"]["paris"]["lines"] if lines) == 9


def test_short_time_counts_lines_of_the_seconds_before_a_step(ada: Client) -> None:
    found = ada.get("/orders/counts.json?site=paris&range=2026-11-22T12:00Z..2026-11-22T12:01Z").json()
    assert found["range"]["step"] == 1
    assert found["sites"]["paris"]["peak"][:22] == [3] * 5 + [7] * 10 + [4] * 5 + [0] * 2


def test_csv_has_the_numbers_of_the_json(ada: Client) -> None:
    text = ada.get("/orders/counts.csv?range=2026-11-22T12:00Z..2026-11-22T14:00Z").getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["time_utc"][11:16], row["peak"], row["lines"]) for row in rows if row["peak"] != "0"] == [
        ("12:00", "7", "7"),
        ("12:10", "2", "2"),
    ]


def test_past_page_shows_the_alarms_of_its_time(ada: Client) -> None:
    for minute in (1, 200):
        alarm("paris", at(minute), at(minute + 1))
    answer = ada.get("/orders/?range=2026-11-22T12:00Z..2026-11-22T13:00Z")
    assert [row["started"] for row in answer.context["past_alarms"]] == ["2026-11-22T12:01:00.000Z"]
    found = ada.get("/orders/alarms.json?range=2026-11-22T12:00Z..2026-11-22T13:00Z").json()
    assert ([row["started"] for row in found["alarms"]], found["more"]) == (["2026-11-22T12:01:00.000Z"], False)
    listed = ada.get("/orders/alarms/?range=2026-11-22")
    assert [row["started"][11:16] for row in listed.context["rows"]] == ["15:20", "12:01"]
