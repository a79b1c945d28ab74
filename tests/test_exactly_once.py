"""Every record counts once when any process is killed: real processes, kill -9, and a naive count over the stream."""

import csv
import json
import lzma
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from alarms.spec import RuleSpec, written
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import from_iso, to_iso
from tests.alarms.naive import Key, Row
from tests.deployment import Deployment, kill
from tests.fakes import FakeClock
from tests.sql.promises.applications import copied
from tests.sql.promises.checking import check_rows, end
from tests.waiting import wait_for

WINDOW, THRESHOLD, SPEED = 15_000, 30, 200
RECORDS = 60_000  # trades
LINES = 58_345  # of the file, up to an evening, when the last alarm is over
BOTH = ("trades", "orders")
RUSH = RuleSpec(
    dataset="orders/seconds", kind="above", column="lines", by=("site",), level=20, clear=10, quiet=5000, interval=9000
)


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    deployment = Deployment(tmp_path)
    deployment.environment["STATE_HEAD"] = "400"  # bytes, so that states have segments
    return deployment


def consume_under_fire(deployment: Deployment, names: Sequence[str], each: int, chance: Random) -> int:
    """Starts consumers, one after the other, and kills each after some more records; returns how many were killed."""
    kills, total = 0, each * len(names)

    def applied() -> int:
        return sum(map(deployment.applied, names))

    while (done := applied()) < total:
        wanted = min(total, done + chance.randint(1, total // 6))
        worker = deployment.start("consume", *names)
        wait_for(lambda: applied() >= wanted)  # noqa: B023 - called at once
        kill(worker)
        kills += 1
    deployment.run("consume", *names, "--until-caught-up")
    return kills


def naive_minutes(records: list[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[int, int, float, float]]:
    """Trades, shares, first and last price by minute, ticker and side."""
    found: dict[tuple[str, str, str], tuple[int, int, float, float]] = {}
    for record in records:
        trade = record["data"]
        key = (record["arrived"][:16], trade["tickerSymbol"], trade["tradeType"])
        trades, shares, first, _ = found.get(key, (0, 0, trade["price"], 0))
        found[key] = (trades + 1, shares + trade["quantity"], first, trade["price"])
    return found


@pytest.mark.parametrize(("shards", "in_sql"), [(1, "book"), (3, "tickers")])
def test_trades_are_counted_once_when_every_worker_is_killed(deployment: Deployment, shards: int, in_sql: str) -> None:
    deployment.create("trades", shards=shards)
    deployment.create("large")
    deployment.run("sql", "deploy", in_sql, str(copied(in_sql, deployment.folder, source="trades")))
    producer = deployment.start("produce", "trades", "--count", str(RECORDS), "--rate", "0", "--seed", "7")
    kills = consume_under_fire(deployment, ["trades", in_sql], RECORDS, Random(shards))
    assert producer.wait(timeout=60) == 0
    producer.communicate(timeout=60)
    records = deployment.records("trades")
    assert len(records) == RECORDS
    assert sorted(record["data"]["id"] for record in records) == list(range(1, RECORDS + 1))
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades")
    }
    assert reported == naive_minutes(records)
    assert kills >= 3
    assert deployment.query("SELECT sum(records) FROM streams_throughput WHERE application = 'trades'") == [(RECORDS,)]
    stream = EmbeddedStream(deployment.streams, "trades")
    end(deployment, stream, in_sql)
    stream.close()
    check_rows(deployment, in_sql, records)


def naive_episodes(records: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Start, peak and lines of each alarm: the count evaluated at every line."""
    window: deque[int] = deque()
    episodes: list[tuple[str, int, int]] = []
    above = False
    for record in records:
        now = from_iso(record["arrived"])
        window.append(now)
        while window[0] < now - WINDOW:
            window.popleft()
        count = len(window)
        if count >= THRESHOLD and above:
            start, peak, lines = episodes[-1]
            episodes[-1] = (start, max(peak, count), lines + 1)
        elif count >= THRESHOLD:
            episodes.append((record["arrived"], count, 1))
        above = count >= THRESHOLD
    return episodes


def replay(deployment: Deployment, path: Path, clock: FakeClock) -> int:
    """The file's first lines at 200 times their own pace, as their arrival stamps tell it; returns how many."""
    stream = EmbeddedStream(deployment.streams, "orders", clock)
    stream.create()
    start = clock.time
    total = 0
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = islice(csv.DictReader(file), LINES)
        first = None
        for date, lines in groupby(rows, key=lambda row: datetime.fromisoformat(row["InvoiceDate"])):
            first = first or date
            clock.time = start + int((date - first).total_seconds() * 1000 / SPEED)
            stream.put([("shop", _order_line(line)) for line in lines])
        total = sum(shard.records or 0 for shard in stream.describe().shards)
    stream.close()
    return total


def _order_line(row: dict[str, str]) -> bytes:
    numbers = {"Quantity": int(row["Quantity"]), "UnitPrice": float(row["UnitPrice"])}
    names = ("InvoiceNo", "StockCode", "Description", "InvoiceDate", "Country")
    return json.dumps(
        {name: row[name] for name in names} | numbers | {"Customer": row["CustomerID"], "site": "shop"}
    ).encode()


def test_alarms_equal_brute_force_when_every_worker_is_killed(deployment: Deployment, shared_data: Path) -> None:
    total = replay(deployment, shared_data / "online_retail_2010-12_2011-04.csv.xz", FakeClock(from_iso("2026-11-01")))
    assert total == LINES
    deployment.run("alarms", "add-rule", "rush", written(RUSH))
    kills = consume_under_fire(deployment, ["orders"], total, Random(1))
    records = deployment.records("orders")
    episodes = list(deployment.rows("report", "orders", "--minutes", "100000"))
    assert [(row["started"], row["peak"], row["lines"]) for row in episodes] == naive_episodes(records)
    assert len(episodes) > 50
    assert kills >= 3
    assert all(row["lines"] == row["notifications"] + row["suppressed"] for row in episodes)
    sent = [(row["data"]["Customer"], row["data"]["InvoiceNo"], row["data"]["StockCode"]) for row in records]
    assert deployment.query("SELECT customer, invoice, stock_code FROM orders_orderline ORDER BY at, id") == sent
    kept = [(row["started"], row["peak"], row["lines"], row["notifications"]) for row in episodes]
    assert stored(deployment, "orders", "started, peak, calls, notices") == kept
    own = sum(row["notifications"] + (row["notifications"] > 0) for row in episodes)
    assert told(deployment) == {"orders": own, "rush": check_rush(deployment, records)}


def stored(deployment: Deployment, rule: str, columns: str) -> list[tuple[Any, ...]]:
    """The episodes of a rule, with ISO times, in the order of their starts."""
    rows = deployment.query(
        f"SELECT {columns} FROM alarms_episode JOIN alarms_rule ON alarms_rule.id = rule_id"
        f" WHERE alarms_rule.name = '{rule}' ORDER BY started"
    )
    return [tuple(to_iso(from_iso(each)) if isinstance(each, str) else each for each in row) for row in rows]


def told(deployment: Deployment) -> dict[str, int]:
    """How many notices each rule has."""
    joined = "alarms_notice JOIN alarms_episode e ON e.id = episode_id JOIN alarms_rule r ON r.id = e.rule_id"
    return dict(deployment.query(f"SELECT r.name, count(*) FROM {joined} GROUP BY r.name"))


def check_rush(deployment: Deployment, records: list[dict[str, Any]]) -> int:
    """Compares the episodes of the rule over seconds with the naive ones; returns the number of their notices."""
    seconds = Counter(from_iso(record["arrived"]) // 1000 * 1000 for record in records)
    rows: list[Row] = [(second, float(lines), "") for second, lines in sorted(seconds.items())]
    naive = Key(RUSH, rows).run(rows[0][0], rows[-1][0] + 300_000)
    wanted = [
        (to_iso(each.started), each.ended and to_iso(each.ended), each.peak, each.calls, each.told()) for each in naive
    ]
    assert stored(deployment, "rush", "started, ended, peak, calls, notices") == wanted
    assert len(wanted) > 100
    return sum(len(each.notices) for each in naive)


def test_file_replayed_at_full_speed_makes_one_long_alarm(deployment: Deployment, shared_data: Path) -> None:
    path = shared_data / "online_retail_2010-12_2011-04.csv.xz"
    producer = deployment.start("produce", "orders", "--file", str(path), "--rate", "0", "--count", str(LINES))
    wait_for(lambda: "orders" in deployment.created())
    consume_under_fire(deployment, ["orders"], LINES, Random(2))
    producer.communicate(timeout=60)
    found = [(row["peak"], row["lines"]) for row in deployment.rows("report", "orders")]
    assert found == [(peak, lines) for _, peak, lines in naive_episodes(deployment.records("orders"))]


def test_records_of_two_applications_count_once_when_their_worker_is_killed(deployment: Deployment) -> None:
    producers = [deployment.start("produce", name, "--count", "20000", "--rate", "0", "--seed", "7") for name in BOTH]
    for producer in producers:
        producer.communicate(timeout=60)
    chance, kills = Random(1), 0
    while any(deployment.applied(name) < 20_000 for name in BOTH):
        before, more = sum(map(deployment.applied, BOTH)), chance.randint(1, 6_000)
        worker = deployment.start("consume", *BOTH)
        wait_for(lambda: sum(map(deployment.applied, BOTH)) >= min(40_000, before + more))  # noqa: B023 - called at once
        kill(worker)
        kills += 1
    deployment.run("consume", *BOTH, "--until-caught-up")
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades")
    }
    assert reported == naive_minutes(deployment.records("trades"))
    lines = deployment.query("SELECT sum(lines) FROM orders_sitesecond")
    kept = deployment.query("SELECT count(*) FROM orders_orderline")
    assert (lines, kept, list(map(deployment.applied, BOTH))) == ([(20_000,)], [(20_000,)], [20_000, 20_000])
    assert kills >= 3


def test_records_put_before_a_kill_are_readable_after_it(deployment: Deployment) -> None:
    deployment.create("trades")
    known = 0
    for round_ in range(5):
        producer = deployment.start("produce", "trades", "--rate", "0", "--seed", str(round_))
        acknowledged = wait_until_more(deployment, known)
        kill(producer)
        known = held(deployment)
        assert known >= acknowledged
    assert len(deployment.run("streams", "tail", "trades", "--json").splitlines()) == known


def wait_until_more(deployment: Deployment, known: int) -> int:
    wait_for(lambda: held(deployment) > known)
    return held(deployment)


def held(deployment: Deployment) -> int:
    stream = EmbeddedStream(deployment.streams, "trades")
    records = sum(shard.records or 0 for shard in stream.describe().shards)
    stream.close()
    return records
