"""Metrics for Prometheus, read from the database by one process: https://prometheus.io/docs/practices/naming/."""

import json
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import django
from django.db import Error, connection
from django.db.models import Sum
from django.db.models.functions import Now
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from accounts.models import SecurityEvent, Session
from common.lasting import lasting
from dashboard.operators.state import streams
from monitoring.closed_windows import ClosedWindows
from monitoring.counters import BOUNDS
from monitoring.models import Counter, Heartbeat
from monitoring.recorder import FRESH
from monitoring.revision import revision
from streams import applications
from streams.core import clock
from streams.core.records import CountWaiting

NAMES = ["application", "stream"]
SIGN_INS = {"sign-in.succeeded": "ok", "sign-in.failed": "failed", "sign-in.throttled": "throttled"}

Row = dict[str, Any]


class MillraceCollector(Collector):
    """Reads the database at each scrape; while it is away, reports only that."""

    def __init__(self, count_waiting: CountWaiting, now: Callable[[], datetime], windows: ClosedWindows) -> None:
        self._count_waiting = count_waiting
        self._now = now
        self._windows = windows

    def collect(self) -> Iterator[Metric]:
        began = time.monotonic()
        try:
            found = [*self._pipe(), *self._people(), *_totals(), *self._closed(), *_provided()]
        except Error:
            found = []
        finally:
            connection.close()  # each scrape has a thread of its own
        yield from found
        yield build()
        yield GaugeMetricFamily("millrace_database_up", "Whether the database answered this scrape.", bool(found))
        yield GaugeMetricFamily(
            "millrace_scrape_seconds", "How long it took to gather all this.", time.monotonic() - began
        )

    def _pipe(self) -> Iterator[Metric]:
        rows = streams(self._now(), self._count_waiting)["streams"]
        # By shard: when a shard that is read to its end is forgotten, its series ends, and no sum gets smaller.
        applied = CounterMetricFamily("millrace_records_applied", "Records applied.", labels=[*NAMES, "shard"])
        for row in rows:
            for shard in row["shards"]:
                applied.add_metric([row["application"], row["stream"], shard["shard"]], shard["applied"])
        yield applied
        words = "Records that expired before a worker read them, as far as their number is known."
        yield _rows(CounterMetricFamily, "millrace_records_expired", words, rows, "expired")
        yield _rows(GaugeMetricFamily, "millrace_shards_stopped", "Shards that cannot be read.", rows, "stopped")
        yield _rows(GaugeMetricFamily, "millrace_lag_seconds", "How far behind its workers are.", rows, "lag")
        yield _rows(GaugeMetricFamily, "millrace_lag_records", "Records that wait.", rows, "lag_records")
        words = "How far the stream's own time is ahead of the database's clock."
        yield _rows(GaugeMetricFamily, "millrace_clock_skew_seconds", words, rows, "skew")
        yield _rows(GaugeMetricFamily, "millrace_workers", "Workers that are alive.", rows, "members")
        newest = [row | {"at": clock.from_iso(row["newest"]) / 1000} for row in rows if row["newest"]]
        words = "When the newest applied record arrived."
        yield _rows(GaugeMetricFamily, "millrace_newest_record_timestamp_seconds", words, newest, "at")
        letters = GaugeMetricFamily("millrace_dead_letters", "Dead letters.", labels=[*NAMES, "status"])
        for row in rows:
            for status, count in row["letters"].items():
                letters.add_metric([row["application"], row["stream"], status], count)
        yield letters

    def _people(self) -> Iterator[Metric]:
        now = self._now()
        sessions = Session.objects.filter(expire_date__gt=now, user__isnull=False).count()
        yield GaugeMetricFamily("millrace_sessions", "Sessions of people who are signed in.", sessions)
        unseen = SecurityEvent.objects.filter(notice=True, seen_at=None).count()
        yield GaugeMetricFamily("millrace_notices_unseen", "Notices that nobody has acknowledged.", unseen)
        live = Heartbeat.objects.filter(lasting("at", FRESH, Now() - FRESH), name="sockets")
        sockets = live.aggregate(sum=Sum("value"))["sum"] or 0
        yield GaugeMetricFamily("millrace_sockets", "Web sockets that are open.", sockets)

    def _closed(self) -> Iterator[Metric]:
        closed = CounterMetricFamily(
            "millrace_windows_closed", "Windows closed since this exporter began.", labels=NAMES
        )
        for names, count in self._windows.closed().items():
            closed.add_metric(names, count)
        yield closed


def _provided() -> Iterator[Metric]:
    """Yields the metrics of providers."""
    for figure in (figure for provider in applications.provided() for figure in provider.figures()):
        kind: Any = CounterMetricFamily if figure.counter else GaugeMetricFamily
        family = kind(figure.name, figure.help, labels=list(figure.labels))
        for labels, value in figure.values:
            family.add_metric(list(labels), value)
        yield family


def build() -> InfoMetricFamily:
    facts = {"revision": revision(), "python": platform.python_version(), "django": django.get_version()}
    return InfoMetricFamily("millrace_build", "What runs here.", facts)


def _rows(kind: Any, name: str, words: str, rows: Sequence[Row], field: str) -> Metric:
    """Makes a metric with a value for each application on each stream that has one."""
    family: Any = kind(name, words, labels=NAMES)
    for row in rows:
        if row[field] is not None:
            family.add_metric([row["application"], row["stream"]], row[field])
    metric: Metric = family
    return metric


def _totals() -> Iterator[Metric]:
    """Yields the counters of all processes (monitoring/counters.py)."""
    found: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
    for name, labels, value in Counter.objects.order_by("name", "labels").values_list("name", "labels", "value"):
        found[name].append((json.loads(labels), value))
    events = {labels["event"]: value for labels, value in found["millrace_security_events"]}
    sign_ins = [({"result": result}, events.get(event, 0)) for event, result in SIGN_INS.items()]
    yield _counter("millrace_sign_ins", "Attempts to sign in.", ["result"], sign_ins)
    security = found["millrace_security_events"]
    yield _counter("millrace_security_events", "Lines of the security log.", ["event"], security)
    yield _counter("millrace_notices", "Notices to owners of accounts.", [], found["millrace_notices"] or [({}, 0)])
    yield _counter(
        "millrace_records_put", "Records that commands and doors put.", ["stream"], found["millrace_records_put"]
    )
    refused = found["millrace_records_refused"]
    yield _counter("millrace_records_refused", "Records that became dead letters.", NAMES, refused)
    doors = found["millrace_door_refusals"]
    yield _counter(
        "millrace_door_refusals", "Requests and records that a door did not take.", ["door", "reason"], doors
    )
    requests = found["millrace_kinesis_requests"]
    yield _counter("millrace_kinesis_requests", "Answers of the Kinesis API.", ["operation", "outcome"], requests)
    yield _commits(found["millrace_commit_seconds_bucket"], found["millrace_commit_seconds_sum"])


def _counter(name: str, words: str, labels: list[str], found: Sequence[tuple[dict[str, str], float]]) -> Metric:
    counter = CounterMetricFamily(name, words, labels=labels)
    for values, value in found:
        counter.add_metric([values[label] for label in labels], value)
    return counter


def _commits(buckets: Sequence[tuple[dict[str, str], float]], sums: Sequence[tuple[dict[str, str], float]]) -> Metric:
    """Makes a histogram. Prometheus' buckets include all smaller ones."""
    family = HistogramMetricFamily("millrace_commit_seconds", "How long a worker's commit takes.", labels=NAMES)
    for names, total in sums:
        counted = {labels["le"]: count for labels, count in buckets if names.items() <= labels.items()}
        below, heaped = 0.0, []
        for bound in (*(f"{bound:g}" for bound in BOUNDS), "+Inf"):
            below += counted.get(bound, 0)
            heaped.append((bound, below))
        family.add_metric([names[label] for label in NAMES], heaped, total)
    return family
