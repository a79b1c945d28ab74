"""Rules on real applications: a worker finds the episodes, and writes them with the commit that caused them."""

from typing import Any

import pytest

from alarms import rules
from alarms.evaluation import Evaluation
from alarms.models import Episode, Notice, Watched
from sql.live.deploying import deploy
from streams.core import clock
from streams.models import Audit, DeadLetter, Lease, Member
from tests.alarms.world import NOON, World, episodes, make, notices
from tests.sql.live.fake import files

pytestmark = pytest.mark.django_db


def trade(ticker: str, quantity: int = 1) -> tuple[str, object]:
    return ticker, {"tickerSymbol": ticker, "tradeType": "BUY", "price": 2.5, "quantity": quantity}


def line(site: str) -> tuple[str, object]:
    order = {"InvoiceNo": "1", "StockCode": "a", "Quantity": 1, "InvoiceDate": "2026-11-22", "UnitPrice": 1.0}
    return site, {"site": site, **order}


def test_minutes_of_the_market_raise_and_clear_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "trades")
    make("busy", dataset="trades/minutes", kind="above", column="shares", by=("ticker",), level=100)
    world.put(trade("AMZN", 70), trade("AMZN", 50), trade("AAPL", 99))
    world.settle()
    world.tick(121_000)  # the minute is over, and so is the time in which Kinesis could still add to it
    world.settle()
    assert episodes() == [("AMZN", 0.0, None, 120.0, 1)]
    assert notices() == [("AMZN", "firing", 0.0, 0)]
    world.put(trade("AMZN", 10))
    world.tick(240_000)
    world.settle()
    assert episodes() == [("AMZN", 0.0, 120.0, 120.0, 1)]
    assert notices() == [("AMZN", "firing", 0.0, 0), ("AMZN", "resolved", 180.0, 0)]
    world.tick(121_000)
    world.settle()
    assert Watched.objects.count() == 0


@pytest.mark.django_db(transaction=True)  # a view ends MariaDB's transaction
@pytest.mark.usefixtures("fake_programs")
def test_rows_of_a_sql_output_raise_and_clear_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    deploy("counts", files(), "eve")
    world = World(monkeypatch, "counts", "clicks")
    make("full", dataset="counts/OUT", kind="below", column="TOTAL", by=("KEY",), level=1)
    world.put(("a", 1), ("b", 1))
    world.settle()
    world.tick(500)
    world.put(("a", 1))
    world.settle()
    assert episodes() == [("a", 0.0, 0.5, 1.0, 1), ("b", 0.0, None, 1.0, 1)]
    world.tick(60_000)
    world.settle()
    world.tick(2_000)
    world.settle()
    assert notices() == [("a", "firing", 0.0, 0), ("b", "firing", 0.0, 0), ("a", "resolved", 60.5, 0)]
    assert Episode.objects.filter(application_version=1).count() == 2


def test_alarms_that_orders_finds_are_episodes_of_its_own_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    world.put(*[line("shop")] * 31)
    world.settle()
    assert episodes(rule__name="orders", rule__own=True) == [("shop", 0.0, None, 31.0, 2)]
    world.tick(61_000)
    world.settle()
    world.put(*[line("shop")] * 30)
    world.settle()
    assert episodes() == [("shop", 0.0, 15.001, 31.0, 2), ("shop", 61.0, None, 30.0, 1)]
    kinds = [("shop", "firing", 0.0, 0), ("shop", "resolved", 15.001, 0), ("shop", "firing", 61.0, 1)]
    assert notices() == kinds


def test_alarm_that_a_commit_cannot_store_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "trades")
    make("busy", dataset="trades/minutes", kind="above", column="trades", by=("ticker",), level=1)
    world.put(trade("AMZN"))
    world.settle()
    world.tick(121_000)
    Lease.objects.update(counter=99)  # another worker has taken the lease over
    world.settle()
    assert (Episode.objects.count(), Notice.objects.count()) == (0, 0)
    world.crash()
    world.tick(10_000)
    world.settle()
    assert (episodes(), len(notices())) == ([("AMZN", 0.0, None, 1.0, 1)], 1)


def test_seconds_of_orders_raise_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    make("rush", dataset="orders/seconds", kind="above", column="lines", by=("site",), level=3)
    world.put(*[line("shop")] * 2, line("other"))
    world.settle()
    world.put(line("shop"))
    world.tick(2_100)
    world.settle()
    assert episodes(rule__name="rush") == [("shop", 0.0, None, 3.0, 1)]
    world.put(line("shop"))
    world.tick(2_100)
    world.settle()
    assert episodes(rule__name="rush") == [("shop", 0.0, 2.0, 3.0, 1)]


def test_removed_rule_ends_its_alarms_with_the_next_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    rule = make("rush", dataset="orders/seconds", kind="row", by=("site",), quiet=600_000)
    world.put(line("shop"))
    world.tick(3_000)
    world.settle()
    assert episodes(rule__name="rush") == [("shop", 0.0, None, None, 1)]
    rules.remove(rule, "ada", clock.to_datetime(NOON))
    world.tick(5_000)
    world.settle()
    assert episodes(rule__name="rush", ending="rule removed") == [("shop", 0.0, 1.0, None, 1)]
    assert [kind for _, kind, *_ in notices(episode__rule=rule)] == ["firing", "resolved"]
    assert [audit.action for audit in Audit.objects.order_by("pk")] == ["rule", "rule removal"]


def test_removed_rule_ends_its_alarms_at_once_where_nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    rule = make("rush", dataset="orders/seconds", kind="row", by=("site",), quiet=600_000)
    world.put(line("shop"))
    world.tick(3_000)
    world.settle()
    world.crash()
    assert not Member.objects.exists()
    rules.remove(rule, "ada", clock.to_datetime(NOON))
    assert [ended is None for _, _, ended, *_ in episodes(ending="rule removed")] == [False]
    assert ([kind for _, kind, *_ in notices()], Watched.objects.count()) == (["firing", "resolved"], 0)


def test_alarm_goes_on_in_the_child_of_its_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "trades")
    make("silent", dataset="trades/minutes", kind="absent", by=("ticker",), after=300_000)
    world.put(trade("AMZN"), trade("AAPL"))
    world.settle()
    world.stream.split(world.stream.describe().shards[0].id)
    for _ in range(8):  # the worker looks for children twice a second of its own clock
        world.crash()
        world.settle()
        world.tick(60_000)
    world.settle()
    assert episodes() == [("AAPL", 300.0, None, None, 1), ("AMZN", 300.0, None, None, 1)]
    assert len(set(Watched.objects.values_list("shard", flat=True)) - {world.stream.describe().shards[0].id}) == 2


def test_fault_in_a_rule_makes_no_dead_letters_and_stops_no_other_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    make("broken", dataset="orders/seconds", kind="row", by=("site",), where={"site": ("shop",)})
    make("sound", dataset="orders/seconds", kind="row", by=("site",))
    monkeypatch.setattr(Evaluation, "observe", failing(Evaluation.observe, where={"site": ("shop",)}))
    world.put(line("shop"))
    world.tick(3_000)
    world.settle()
    assert [key for key, *_ in episodes()] == ["shop"]
    assert (DeadLetter.objects.count(), Lease.objects.get().applied) == (0, 1)


def failing(observe: Any, where: dict[str, tuple[str, ...]]) -> Any:
    """Returns a method that fails for the rule with that filter."""

    def method(self: Evaluation, *args: Any) -> Any:
        if self.spec.where == where:
            raise ZeroDivisionError("a fault of ours")
        return observe(self, *args)

    return method


def test_damaged_state_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, "orders")
    make("row", dataset="orders/seconds", kind="row", by=("site",))
    world.put(line("shop"))
    world.tick(3_000)
    world.settle()
    Watched.objects.update(state="{")
    world.crash()
    world.put(line("shop"))
    world.tick(3_000)
    world.settle()
    assert [started for _, started, *_ in episodes(rule__name="row")] == [0.0, 3.0]
