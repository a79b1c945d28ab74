"""The trades of any time: the page, its table, CSV and JSON have the same numbers; a step without a trade is a gap."""

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from applications.market.rollups import LADDER
from streams.core import clock
from streams.models.rollups import mark, roll
from tests.dashboard.rows import NOON, at, lease, trades

HOURS = "2026-11-22T12:00Z..2026-11-22T14:00Z"  # of UTC, in steps of a minute
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture(autouse=True)
def noon() -> None:
    lease("trades", at(10))
    for minute, ticker, side, count in [(0, "AMZN", "BUY", 3), (0, "AMZN", "SELL", 1), (7, "MSFT", "BUY", 2)]:
        trades(at(minute), ticker, side, count, low=9.0, high=12.0, first=10.0, last=11.5)
    mark("trades", "trades", [at(0), at(7)])
    roll(LADDER, "trades")


def test_json_has_a_value_for_each_step_and_none_without_trades(ada: Client) -> None:
    found = ada.get(f"/market/trades.json?range={HOURS}").json()
    assert (found["range"]["step"], found["range"]["live"], len(found["at"])) == (60, False, 120)
    assert found["at"][0] == int(NOON.timestamp())
    assert [(place, count) for place, count in enumerate(found["bought"]) if count is not None] == [(0, 3), (7, 2)]
    assert (found["sums"]["trades"], found["sums"]["value"], found["waits"]) == (6, 6000.0, False)
    assert "last" not in found


def test_csv_and_table_have_the_numbers_of_the_json(ada: Client) -> None:
    query = f"range={HOURS}&ticker=AMZN"
    [row] = csv.DictReader(io.StringIO(ada.get(f"/market/minutes.csv?{query}").getvalue().decode()))
    found = ada.get(f"/market/trades.json?{query}").json()
    names = ("bought", "sold", "value", "first", "high", "low", "last")
    assert [float(row[name]) for name in names] == [found[name][0] for name in names] == [3, 1, 4000, 10, 12, 9, 11.5]
    [shown] = ada.get(f"/market/AMZN/?range={HOURS}").context["past_rows"]
    assert [shown[name] for name in names] == [found[name][0] for name in names]
    assert (row["time_utc"], shown["at"]) == ("2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00.000Z")


def test_past_page_is_complete_and_leads_to_its_neighbours(ada: Client) -> None:
    html = ada.get(f"/market/?range={HOURS}").content.decode()
    assert "range=2026-11-22T10%3A00Z..2026-11-22T12%3A00Z" in html
    assert "range=2026-11-22T14%3A00Z..2026-11-22T16%3A00Z" in html
    assert ">2026-11-22 12:07</time>" in html
    assert 'data-ranking="buy"' not in html


def test_live_range_keeps_the_figures_of_now(ada: Client) -> None:
    html = ada.get("/market/?range=6h").content.decode()
    assert 'data-ranking="buy"' in html
    assert 'id="past"' in html
    assert 'id="past"' not in ada.get("/market/?range=1h").content.decode()


@pytest.mark.parametrize(
    "path", ["/market/trades.json", "/market/minutes.csv", "/orders/counts.csv", "/orders/alarms.csv"]
)
def test_wrong_range_is_refused_in_words(ada: Client, path: str) -> None:
    answer = ada.get(f"{path}?range=soon")
    assert answer.status_code == 400
    assert "is no range such as 6h" in answer.content.decode()


def test_page_says_that_a_part_of_the_time_is_not_added_up_yet(ada: Client) -> None:
    mark("trades", "trades", [at(0)])
    now = clock.from_datetime(timezone.now())
    start = clock.to_iso(clock.from_datetime(at(-60 * 24)))
    assert ada.get(f"/market/trades.json?range={start}..{clock.to_iso(now)}").json()["waits"] is True
