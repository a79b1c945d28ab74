"""A lease row with a value of any type in any column stops its own shard at most, and no command or page fails."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test import Client
from prometheus_client.exposition import generate_latest

from accounts.models import User
from applications.market.models import TradeMinute
from monitoring.closed_windows import ClosedWindows
from monitoring.collector import MillraceCollector
from monitoring.health import Health
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.models import Lease
from streams.wiring import build_worker, count_waiting
from tests.dashboard.rows import at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="other databases keep the types of columns"),
]
FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"
VALUES = ["'garbage'", "''", "99", "-5", "1.5", "9e300", "2000000000", "x'ff00'", "'[1]'", "'here/x/y'", "'9999-12-31'"]
COLUMNS = sorted({field.column for field in Lease._meta.concrete_fields} - {"id"})


@pytest.fixture
def stream(request: pytest.FixtureRequest, settings: pytest.FixtureRequest, tmp_path: Path) -> EmbeddedStream:
    """Holds two shards, or the number that a test sets, with a lease on each, applied in part."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"  # type: ignore[attr-defined]
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades")
    stream.create(getattr(request, "param", 2))
    put(stream)
    worker = build_worker("trades", "trades", TRIM_HORIZON)
    while worker.step():
        pass
    worker.close()
    return stream


def put(stream: EmbeddedStream) -> None:
    """Puts a record under each of twenty keys, which lie in both of two shards."""
    data = b'{"tickerSymbol":"%s","tradeType":"BUY","price":1.0,"quantity":1}'
    stream.put([(key, data % key.encode()) for key in (f"T{number}" for number in range(20))])


def damage(column: str, value: str, shard: str = FIRST) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE streams_lease SET {column} = {value} WHERE shard = %s", [shard])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def applied(shard: str) -> int:
    return int(Lease.objects.get(shard=shard, current=True).applied)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", [VALUES[0], "99"])
def test_pages_answer_and_the_other_shard_is_read_beside_a_damaged_lease(
    stream: EmbeddedStream, client: Client, column: str, value: str
) -> None:
    check_beside([(column, value, FIRST)], SECOND, stream, client)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("stream", [len(VALUES) + 1], indirect=True)
def test_pages_answer_and_the_last_shard_is_read_beside_a_lease_for_each_value(
    stream: EmbeddedStream, client: Client, column: str
) -> None:
    *shards, last = [shard.id for shard in stream.describe().shards]
    damages = [(column, value, shard) for value, shard in zip(VALUES, shards, strict=True)]
    check_beside(damages, last, stream, client)


def check_beside(damages: list[tuple[str, str, str]], healthy: str, stream: EmbeddedStream, client: Client) -> None:
    """Damages a column of the leases of some shards. All else must go on."""
    before = applied(healthy)
    for each in damages:
        damage(*each)
    client.force_login(User.objects.create_user("staff", is_staff=True))
    check_commands_and_pages(client)
    put(stream)
    worker = build_worker("trades", "trades", TRIM_HORIZON)
    while worker.step():
        pass
    worker.close()
    assert before < applied(healthy) == stream.count_from(healthy, TRIM_HORIZON)


def check_commands_and_pages(client: Client) -> None:
    """None of them fails."""
    call_command("leases", "list", stdout=io.StringIO(), stderr=io.StringIO())
    addresses = ("/streams/", "/streams/state.json", "/market/")
    assert [client.get(address).status_code for address in addresses] == [200] * 3
    assert "lag" in dict(Health(lambda: at(), lambda: 0.0, count_waiting).findings())
    figures = generate_latest(MillraceCollector(count_waiting, at, ClosedWindows()))
    assert b"millrace_database_up 1.0" in figures


@pytest.mark.parametrize("column", ["current", "identity", "shard"])
@pytest.mark.parametrize("value", ["'garbage'", "''", "0", "5", "x'ff00'"])
def test_every_record_is_counted_once_when_the_name_of_a_lease_is_damaged(
    stream: EmbeddedStream, column: str, value: str
) -> None:
    damage(column, value)
    put(stream)
    for _ in range(2):
        worker = build_worker("trades", "trades", TRIM_HORIZON)
        while worker.step():
            pass
        worker.close()
    counted = TradeMinute.objects.values_list("ticker").annotate(trades=Sum("trades"))
    assert dict(counted) == {f"T{number}": 2 for number in range(20)}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("watermark", "'garbage'"),
        ("newest", "99"),
        ("checkpoint", "x'ff00'"),
        ("applied", "'x'"),
        ("hash_start", "'zz'"),
        ("parents", "5"),
        ("state", "'text'"),
    ],
)
def test_leases_list_tells_a_damaged_lease_once_a_worker_met_it(
    stream: EmbeddedStream, column: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(column, value)
    worker = build_worker("trades", "trades", TRIM_HORIZON)
    worker.step()
    call_command("leases", "list", "--json")
    assert f"its lease is damaged (its {column} is " in capsys.readouterr().out
    assert worker.standing_still(0) == [FIRST]
