"""An idle worker asks the database no more for an application with a configuration than for one without."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.orders.models import AlarmEpisode, Site
from streams import wiring
from streams.core.records import TRIM_HORIZON
from streams.engine.worker import Worker
from tests.fakes import FakeClock, MemoryStream

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = {
    "trades": ("AAPL", b'{"tickerSymbol":"AAPL","tradeType":"BUY","price":10,"quantity":100}'),
    "orders": (
        "paris",
        b'{"site":"paris","InvoiceNo":"1","StockCode":"1","Quantity":1,"InvoiceDate":"x","UnitPrice":1}',
    ),
}


class Stage:
    """A worker on a stream, both on one clock that moves when it is told."""

    def __init__(self, application: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = FakeClock()
        self.stream = MemoryStream(application, self.clock)
        self.stream.create()
        self.record = RECORDS[application]
        monkeypatch.setattr(wiring, "open_stream", lambda name: self.stream)
        monkeypatch.setattr(wiring, "time", SimpleNamespace(monotonic=lambda: self.clock() / 1000))
        self.worker: Worker[object, object] = wiring.build_worker(application, application, TRIM_HORIZON)

    def put(self, count: int) -> None:
        self.stream.put([self.record] * count)

    def steps(self, count: int) -> int:
        """Makes so many steps, ten a second; returns the number of queries."""
        with CaptureQueriesContext(connection) as queries:
            for _ in range(count):
                self.clock.advance(100)
                self.worker.step()
        return len(queries)


def test_idle_worker_makes_as_many_queries_for_orders_as_for_trades(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for application in RECORDS:
        stage = Stage(application, monkeypatch)
        stage.put(1)
        stage.steps(200)  # the line leaves its window
        counts.append(stage.steps(100))
    assert counts[0] == counts[1] > 0


def test_a_busy_worker_asks_for_the_configuration_twice_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage("orders", monkeypatch)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(100):
            stage.put(1)
            stage.steps(1)
    asked = [query["sql"] for query in queries if "threshold" in query["sql"] and "orders_site" in query["sql"]]
    assert 19 <= sum(" < " in sql for sql in asked) <= 21


def test_changed_threshold_holds_for_the_next_records(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage("orders", monkeypatch)
    stage.put(1)
    stage.steps(10)
    Site.objects.update(threshold=3)
    stage.put(3)
    stage.steps(1)
    assert [episode.peak for episode in AlarmEpisode.objects.all()] == [4]
