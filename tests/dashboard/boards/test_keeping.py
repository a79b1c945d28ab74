"""A look at a live board builds the panels of the streams that have a commit since, and no others."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.orders.models import SiteSecond
from dashboard.boards import panels, store, topics
from dashboard.boards.keeping import MOVES
from streams.models import TopicVersion
from tests.dashboard.rows import at, site, trades

TEXT = """title = "Both"
[[panels]]
kind = "number"
data = "trades/minutes"
[[panels]]
kind = "number"
data = "orders/seconds"
function = "sum"
column = "lines"
"""
NOW = at(3)
pytestmark = pytest.mark.django_db


@pytest.fixture
def named() -> topics.Named:
    trades(at(), "AAA", "BUY", 1)
    site("paris")
    SiteSecond.objects.create(site="paris", second=at(1), lines=3, peak=3)
    for topic in ("trades", "orders"):
        TopicVersion.objects.update_or_create(topic=topic, defaults={"version": 1})
    found = topics.parse(topics.name_of(store.make(TEXT, None)))
    assert found
    return found


def values(named: topics.Named, seconds: int = 0) -> list[object]:
    [found] = topics.build_many(named, ["x"], NOW + timedelta(seconds=seconds)).values()
    return [panel["value"] for panel in found["panels"]]


def test_look_builds_only_panels_whose_stream_has_a_commit(
    named: topics.Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Mock(side_effect=panels.panel)
    monkeypatch.setattr(panels, "panel", built)
    first = values(named)
    SiteSecond.objects.create(site="paris", second=at(2), lines=4, peak=4)
    unseen = values(named)
    TopicVersion.objects.filter(topic="orders").update(version=2)
    seen, moved = values(named), values(named, MOVES)
    assert (first, unseen, seen, moved) == ([1, 3], [1, 3], [1, 7], [1, 7])
    order = [shown.data.partition("/")[0] for shown, *_ in (call.args for call in built.call_args_list)]
    assert order == ["trades", "orders", "orders", "trades", "orders"]


def test_look_without_a_commit_asks_only_for_versions(named: topics.Named) -> None:
    values(named)
    with CaptureQueriesContext(connection) as queries:
        values(named)
    assert len(queries) == 1


def test_ranges_and_values_that_are_kept_are_few(named: topics.Named, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.boards.keeping.MOST", 2)
    for hours in (1, 2, 3):
        values(named._replace(range=f"{hours}h"))
    kept = topics.hold(named.slug, 0, NOW.timestamp()).kept
    assert kept
    assert [text for text, *_ in kept._built] == ["2h", "3h"]
