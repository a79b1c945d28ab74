"""Tests the list of alarms, its filters and its CSV, the bell in the frame, and the dataset for boards."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from alarms import showing
from alarms.datasets import datasets
from alarms.models import Rule
from common import marking
from dashboard import topics
from streams.core import clock
from streams.declarations import Question
from streams.models.kept import answered
from tests.alarms import making
from tests.alarms.making import T0

pytestmark = pytest.mark.django_db


def names(client: Client, query: str) -> list[str]:
    """Returns the keys that the list shows for a query, of open alarms then of past ones."""
    context = client.get(f"/alarms/{query}").context
    return [row["key"] for row in [*context["open"], *context["past"]]]


def some() -> None:
    heat, frost = making.rule("heat"), making.rule("frost")
    making.episode("boiler", rule=heat, severity="critical", note="2026 ada: the pump\n")
    making.episode("attic", rule=frost, acknowledged=T0, acknowledged_by="grace")
    making.episode("cellar", rule=frost, ended=T0 + timedelta(minutes=5), severity="info")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["attic", "boiler", "cellar"]),
        ("?q=PUMP", ["boiler"]),
        ("?q=grace", ["attic"]),
        ("?rule=frost", ["attic", "cellar"]),
        ("?key=cellar", ["cellar"]),
        ("?severity=critical", ["boiler"]),
        ("?severity=nonsense", ["attic", "boiler", "cellar"]),
        ("?state=open", ["attic", "boiler"]),
        ("?state=unacknowledged", ["boiler"]),
        ("?state=ended", ["cellar"]),
        ("?range=2026-11-27T13:00..2026-11-27T14:00", ["attic", "boiler"]),
    ],
)
def test_list_shows_open_alarms_then_past_ones_and_takes_filters(viewer: Client, query: str, found: list[str]) -> None:
    some()
    assert names(viewer, query) == found


def test_list_says_in_words_what_an_alarm_reached_by_the_version_that_raised_it(viewer: Client, busy: Rule) -> None:
    making.episode("a", rule=busy, rule_version=1, level=45.0, value=46.0, ended=T0)
    making.episode("b", rule=busy, rule_version=9, level=3.0, value=2.0, started=T0 - timedelta(hours=1), ended=T0)
    making.episode("c", level=28.0, value=28.0, started=T0 - timedelta(hours=2), ended=T0)
    found = [row["reached"] for row in viewer.get("/alarms/").context["past"]]
    assert found == ["trades at least 45", "at most 3", "at least 28"]


def test_list_does_not_say_that_there_was_no_alarm_when_one_is_open(viewer: Client) -> None:
    assertContains(viewer.get("/alarms/"), "No alarm so far.")
    making.episode("a")
    assertContains(viewer.get("/alarms/"), "No alarm has ended so far.")


def test_csv_has_the_rows_of_the_same_filters(viewer: Client) -> None:
    some()
    answer = viewer.get("/alarms/episodes.csv?rule=frost")
    rows = [*csv.DictReader(b"".join(answer).decode().splitlines())]
    found = [(row["key"], row["severity"], row["ended"], row["acknowledged_by"]) for row in rows]
    assert found == [("cellar", "info", "2026-11-27T12:05:00.000Z", ""), ("attic", "warning", "", "grace")]


def test_list_without_rules_and_with_a_wrong_range_says_so(viewer: Client) -> None:
    assertContains(viewer.get("/alarms/"), "There is no rule yet; an operator makes one.")
    assertContains(viewer.get("/alarms/?range=soon"), "is no range such as", status_code=400)
    assert viewer.get("/alarms/episodes.csv?range=soon").status_code == 400


def test_bell_counts_open_alarms_on_every_page_also_in_the_title(viewer: Client) -> None:
    assertContains(viewer.get("/boards/"), 'aria-label="No open alarms"')
    assertNotContains(viewer.get("/boards/"), "<title>(")
    some()
    page = viewer.get("/boards/")
    assertContains(page, 'aria-label="2 open alarms"')
    assertContains(page, "<title>(2) Boards")
    assertContains(page, 'data-worst="critical"')


def test_topic_has_the_open_alarms_and_does_not_change_by_itself(viewer: Client) -> None:
    some()
    found: dict[str, Any] = viewer.get("/live/alarms.json").json()["data"]
    told = [(each["title"], each["key"], each["acknowledged_by"]) for each in found["episodes"]]
    assert (found["open"], found["worst"]) == (2, "critical")
    assert told == [("The frost", "attic", "grace"), ("The heat", "boiler", "")]
    page = topics.find("alarms")
    assert page and page.build(T0) == page.build(T0 + timedelta(seconds=9)) == showing.snapshot(T0)


def test_boards_read_the_episodes_of_an_application(viewer: Client) -> None:
    some()
    [found] = datasets()
    start = clock.from_datetime(T0)
    rows = found.rows(Question(stream="orders", start=start + 600_000, end=start + 700_000)).rows
    assert [(row["name"], row["ended"], row["alarm_url"]) for _, row in rows] == [
        (f"The {rule} · {key}", None, f"/alarms/{number}/") for rule, key, number in _open()
    ]
    [only] = found.rows(Question(stream="orders", start=start, end=start + 1, where={"rule": ["heat"]})).rows
    assert only[1]["key"] == "boiler"


def _open() -> list[tuple[str, str, int]]:
    return [(each.rule.name, each.key, each.pk) for each in showing.is_open()]


def test_search_and_time_axes_know_alarms(viewer: Client) -> None:
    some()
    hits = viewer.get("/search.json?q=boil").json()["hits"]
    assert [(hit["kind"], hit["title"]) for hit in hits] == [("alarm", "The heat: boiler")]
    assert "Ledger of alarms" in [hit["title"] for hit in viewer.get("/search.json?q=ledger").json()["hits"]]
    Rule.objects.filter(name="frost").update(own=True)  # its application marks its own alarms
    start = clock.from_datetime(T0) - 1000
    found = marking.marks("orders", start, start + 5000, staff=False, answered=answered)
    assert [mark.text for mark in found] == ["The heat: boiler"]
