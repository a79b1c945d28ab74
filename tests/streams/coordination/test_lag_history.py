"""The lag of an application, noted once a minute with the heartbeat."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from streams.coordination.lag_history import LagHistory
from streams.core import clock
from streams.models import LagMinute, Lease, Outage
from tests.dashboard.rows import NOON, at, lease
from tests.streams.engine.test_idle import Stage

pytestmark = pytest.mark.django_db


def noted() -> list[tuple[float, float | None]]:
    """Returns the minutes after noon and the lags."""
    rows = LagMinute.objects.order_by("minute").values_list("minute", "lag")
    return [((minute - NOON) / timedelta(minutes=1), lag) for minute, lag in rows]


def moment(minutes: float = 0, seconds: float = 0) -> int:
    return clock.from_datetime(at(minutes, seconds))


def test_lag_is_that_of_the_slowest_shard_that_has_not_ended() -> None:
    leases = [lease("trades", at(seconds=-5)), lease("trades", at(seconds=-9), shard="s1")]
    leases.append(lease("trades", at(-99), shard="s2", checkpoint="shard-end"))
    history = LagHistory("trades", "trades")
    for seconds in (1, 2, 3):
        history.note(leases, moment(seconds=seconds))
    assert noted() == [(0, 11.0)]  # the first heartbeat is left out


def test_lag_is_unknown_while_a_shard_was_never_read() -> None:
    history = LagHistory("trades", "trades")
    for seconds in (1, 2):
        history.note([lease("trades", at(), shard=f"a{seconds}"), lease("trades", None, shard=f"b{seconds}")], moment())
    assert noted() == [(0, None)]


def test_two_workers_note_a_minute_once() -> None:
    leases = [lease("trades", at())]
    for seconds in (1, 5):
        history = LagHistory("trades", "trades")
        for _ in range(2):
            history.note(leases, moment(seconds=seconds))
        history.note(leases, moment(1, seconds))
    assert noted() == [(0, 1.0), (1, 61.0)]


@pytest.mark.django_db(transaction=True)
def test_idle_worker_makes_one_more_query_a_minute_for_its_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage("trades", monkeypatch)
    stage.put(1)
    stage.steps(20)
    with CaptureQueriesContext(connection) as queries:
        stage.steps(1800)  # three minutes
    assert sum("lagminute" in query["sql"] for query in queries) == 3
    assert max(lag or 0 for _, lag in noted()) < 5
    assert Lease.objects.count() == 1


def outages() -> list[tuple[str, float, float]]:
    rows = Outage.objects.order_by("start").values_list("kind", "start", "end")
    minute = timedelta(minutes=1)
    return [(kind, (start - NOON) / minute, (end - NOON) / minute) for kind, start, end in rows]


def live(history: LagHistory, minutes: list[int], watermark: float | None = None) -> None:
    """Beats twice in each minute; the watermark is a second old, or stands still at so many minutes after noon."""
    for minute in minutes:
        held = Lease(checkpoint="latest", watermark=at(minute, -1) if watermark is None else at(watermark))
        for second in (1, 2):
            history.note([held], moment(minute, second))


def test_minutes_without_a_worker_are_an_outage_that_the_next_workers_store_once() -> None:
    live(LagHistory("trades", "trades"), [0, 1])
    live(LagHistory("trades", "trades"), [3, 4])  # one minute is missing: a worker was replaced
    others = [LagHistory("trades", "trades") for _ in range(2)]
    for history in others:
        live(history, [9, 10])
    live(others[0], [11, 40])
    assert outages() == [("absent", 5, 9), ("absent", 12, 40)]


def test_watermark_that_stands_still_is_an_outage_until_it_moves() -> None:
    first, second = LagHistory("trades", "trades"), LagHistory("trades", "trades")
    for minute in (0, 1, 2, 3, 4):
        for history in (first, second):
            live(history, [minute], watermark=0.5)
    live(first, [5, 6, 7])
    assert outages() == [("stuck", 0, 4)]
