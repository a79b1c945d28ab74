"""The clock was years ahead, and was set back: what was granted meanwhile does not last until that time."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from dashboard.operators import state
from monitoring.closed_windows import ClosedWindows
from monitoring.collector import MillraceCollector
from monitoring.counters import Counters
from monitoring.models import Heartbeat
from monitoring.recorder import MetricsRecorder
from monitoring.retention import outlived
from streams.models import Lease, Member
from streams.models.progress import live_workers
from streams.operations import retention
from tests.contracts.fleets import DatabaseFleet, joined

pytestmark = pytest.mark.django_db
AHEAD = timedelta(days=2000)


@pytest.fixture
def fleet() -> DatabaseFleet:
    """Two shards; the worker `one` held both, and died while the clock was ahead."""
    fleet = DatabaseFleet()
    joined(fleet, "one").acquire(2)
    for model in (Lease, Member):
        model._default_manager.filter(owner="one").update(expires=Now() + AHEAD)
    return fleet


def test_lease_of_a_dead_worker_is_taken_over(fleet: DatabaseFleet) -> None:
    two = joined(fleet, "two")
    assert (state._held(), two.assign().target, len(two.acquire(2))) == (set(), 2, 2)


def test_dead_worker_does_not_count_as_living_and_goes(fleet: DatabaseFleet) -> None:
    assert (live_workers(), sum(state._members().values())) == ([], 0)
    assert [row.owner for row in retention.outlived(timezone.now())[Member]] == ["one"]


def test_heartbeat_of_a_dead_process_counts_no_sockets_and_goes() -> None:
    Heartbeat.objects.create(process="dead", name="sockets", value=7, at=timezone.now() + AHEAD)
    *_, sockets = MillraceCollector(lambda *_: ({}, ""), timezone.now, ClosedWindows())._people()
    assert (sockets.samples[0].value, outlived(timezone.now())[Heartbeat].count()) == (0, 1)
    MetricsRecorder(Counters(), {"sockets": lambda: 1.0}, "me")._write_heartbeat("sockets", 1.0)
    assert list(Heartbeat.objects.values_list("process", "value")) == [("me", 1.0)]
