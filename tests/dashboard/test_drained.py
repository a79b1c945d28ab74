"""A stream that a reader has read to its end before it left: complete, which is no fault."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from dashboard.backlogs import Backlogs, backlogs
from dashboard.progress import pulse
from streams.models import LEASE, Member
from tests.dashboard.rows import lease

pytestmark = pytest.mark.django_db
UNTOLD = -1  # records that wait on a stream whose service does not say


class Counts(dict[str, int]):
    """Records that wait, by stream; remembers for which it was asked."""

    def __init__(self, *pairs: tuple[str, int]) -> None:
        super().__init__(pairs)
        self.asked: list[str] = []

    def __call__(self, stream: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
        self.asked.append(stream)
        assert checkpoints == {"s0": "latest"}
        return ({}, "not told") if self[stream] == UNTOLD else ({"s0": self[stream]}, "")


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counts]:
    found = Counts(("trades", 0), ("sensors", 0), ("busy", 3), ("cloud", UNTOLD))
    monkeypatch.setattr(backlogs, "count_waiting", found)
    monkeypatch.setattr(backlogs, "_counts", {})
    yield found


@pytest.fixture
def readers() -> None:
    """Four streams, all of a minute ago; a worker reads the first."""
    ago = timezone.now() - timedelta(minutes=1)
    for stream in ("trades", "sensors", "busy", "cloud"):
        lease("trades", watermark=ago, newest=ago, stream=stream)
    Member.objects.create(application="trades", stream="trades", owner="me", expires=timezone.now() + LEASE)


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


def test_pulse_names_the_drained_streams(readers: None, counts: Counts) -> None:
    found = pulse(timezone.now())
    assert (found["workers"], found["drained"]) == ({"trades": {"trades": 1}}, {"trades": ["sensors"]})
    assert counts.asked == ["busy", "cloud", "sensors"]


def test_page_of_a_drained_stream_reports_no_fault(viewer: Client, readers: None, counts: Counts) -> None:
    shown = viewer.get("/market/?stream=sensors")
    assertContains(shown, '<html lang="en-GB" data-look="complete">')
    assertContains(shown, 'data-testid="silent" hidden>')
    assertContains(shown, 'data-testid="drained">')
    assertContains(shown, "manage.py consume trades --stream sensors</code>")
    assertContains(shown, '<span data-kpi="age" data-testid="age">')


@pytest.mark.parametrize("stream", ["busy", "cloud"])
def test_page_asks_for_a_worker_when_records_wait_or_may_wait(
    viewer: Client, readers: None, counts: Counts, stream: str
) -> None:
    shown = viewer.get(f"/market/?stream={stream}")
    assertContains(shown, 'data-look="stale"')
    assertContains(shown, 'data-testid="silent">')
    assertNotContains(shown, 'data-testid="drained">')


def test_count_is_reused_for_two_seconds(readers: None, counts: Counts) -> None:
    time = [0.0]
    found = Backlogs(counts, lambda: time[0])
    for time[0], asked in ((0.0, 1), (1.9, 1), (2.0, 2)):
        assert found.drained([("trades", name) for name in ("trades", "busy", "cloud")]) == [("trades", "sensors")]
        assert len(counts.asked) == asked


def test_forgotten_reader_is_not_counted(readers: None, counts: Counts) -> None:
    found = Backlogs(counts)
    assert found.drained([]) == [("trades", "sensors"), ("trades", "trades")]
    assert found.drained([("trades", name) for name in counts]) == []
    assert found._counts == {}


def test_site_counts_waiting_records() -> None:
    found, why = backlogs.count_waiting("nowhere", {})
    assert (found, why.split(".")[0]) == ({}, "How many records wait is not known")
    assert backlogs.count_waiting.__module__ == "streams.wiring"
