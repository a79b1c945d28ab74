"""Results of before, when nothing told of which stream they were."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from applications.market.processor import Trade, TradesProcessor
from applications.orders.processor import OrdersProcessor
from streams.coordination import lease_states
from streams.core import clock
from streams.core.records import Batch
from streams.core.segments import DamagedStateError
from streams.core.state import State
from streams.core.state_log import BOUNDS
from streams.models import Lease
from tests.dashboard.rows import NOON

NOW = 1_795_348_800_000
pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = ("streams", "0003_audit"), ("streams", "0005_results_per_stream")


def migrate(target: tuple[str, str]) -> Any:
    """Returns the models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


def migrate_to_newest() -> None:
    """Brings all tables to the newest release, as the models and other tests need them."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def before() -> Iterator[Any]:
    yield migrate(BEFORE)
    migrate_to_newest()


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ([], "trades"),
        (["trades", "trades-eu"], "trades"),
        (["trades-eu"], "trades-eu"),
        (["trades-eu"] * 2, "trades-eu"),
    ],
)
def test_existing_results_belong_to_the_stream_that_was_read(before: Any, read: list[str], expected: str) -> None:
    for number, stream in enumerate(read):
        before.get_model("streams", "Lease").objects.create(
            application="trades", stream=stream, shard=f"s{number}", checkpoint="trim-horizon"
        )
    figures = dict.fromkeys(("trades", "shares", "cents", "low", "high", "first", "last", "largest"), 1)
    before.get_model("streams", "TradeMinute").objects.create(
        minute=NOON, ticker="AMZN", side="BUY", reached="1", **figures
    )
    before.get_model("streams", "SiteCount").objects.create(site="paris", lines=1, as_of=NOON, newest=NOON)
    after = migrate(AFTER)
    found = [after.get_model("streams", name).objects.get().stream for name in ("TradeMinute", "SiteCount")]
    assert found == [expected, "orders"]


OLD_TRADES = {"clock": NOW, "windows": {NOW: {("AMZN", "BUY"): (2, 10, 1000, 1.0, 2.0, 1.0, 2.0, 5, "7")}}}
OLD_ORDERS = {
    "clock": NOW,
    "sites": {"paris": ([(NOW - 1000, 4), (NOW, 2)], 6, None, None, None, NOW - 5, 3, NOW), "rome": ([], 0)},
}


@pytest.fixture
def blobs() -> Iterator[Any]:
    yield migrate(("streams", "0010_letter_kinds"))
    migrate_to_newest()
    Lease.objects.all().delete()


def add_lease(apps: Any, blob: bytes) -> None:
    apps.get_model("streams", "Lease").objects.create(
        application="app", stream="s", shard="a", checkpoint="trim-horizon", state=blob
    )


def converted() -> State:
    migrate_to_newest()
    return lease_states.load(Lease.objects.get(), BOUNDS)[0]


def test_state_of_trades_is_read_after_the_migration(blobs: Any) -> None:
    add_lease(blobs, msgspec.msgpack.encode(OLD_TRADES))
    processor = TradesProcessor(converted())
    processor.add(Batch(NOW + 1, [8], ["AMZN"], [b""]), [Trade("AMZN", "BUY", 3.0, 1)])
    assert [(row.tally.trades, row.tally.shares, row.tally.high) for row in processor.take() or []] == [(3, 11, 3.0)]


def test_state_of_orders_is_read_after_the_migration(blobs: Any) -> None:
    add_lease(blobs, msgspec.msgpack.encode(OLD_ORDERS))
    processor = OrdersProcessor(converted(), 100)
    processor.advance(NOW + 14_500)
    results = processor.take()
    assert results
    assert [(count.site, count.lines, count.newest) for count in results.counts] == [("paris", 2, NOW)]


def test_state_of_no_application_is_kept_for_its_worker_to_report(blobs: Any) -> None:
    add_lease(blobs, b"whatever")
    with pytest.raises(DamagedStateError, match="its state is damaged, or of another release"):
        converted()


def test_states_in_segments_do_not_go_back_to_a_release_that_cannot_read_them(blobs: Any) -> None:
    add_lease(blobs, msgspec.msgpack.encode(OLD_TRADES))
    converted()
    with pytest.raises(RuntimeError, match="restore the backup that was made before the upgrade"):
        migrate(("streams", "0010_letter_kinds"))


def test_a_clock_is_read_on_as_the_watermark(blobs: Any) -> None:
    moment = clock.to_datetime(NOW)
    names = {"application": "app", "stream": "s", "shard": "a", "checkpoint": "trim-horizon"}
    blobs.get_model("streams", "Lease").objects.create(**names, clock=moment)
    migrate_to_newest()
    assert Lease.objects.get().watermark == moment
