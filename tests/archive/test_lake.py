"""Other software reads the plain files of the archive, and finds the figures that the applications found."""

import runpy
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from pytest_django import Settings
from sqlalchemy import create_engine, inspect, text

from applications.market.generator import Trades
from applications.market.models import TradeMinute
from archive.columns import OWN
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import MINUTE
from streams.core.records import TRIM_HORIZON
from streams.wiring import build_worker
from tests.deployment import ROOT
from tests.fakes import FakeClock

PER_MINUTE = """
    SELECT date_trunc('minute', _arrived) AS minute, tickerSymbol, tradeType, count(*), sum(quantity),
        sum(round_even(price * quantity * 100, 0)::BIGINT), min(price), max(price), max(quantity)
    FROM {} GROUP BY ALL ORDER BY ALL
"""
FIGURES = ("minute", "ticker", "side", "trades", "shares", "cents", "low", "high", "largest")


@pytest.fixture
def trades(tmp_path: Path, settings: Settings, transactional_db: None) -> str:
    """Archives and counts the trades of three minutes; returns the pattern of the archive's files."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    clock, source = FakeClock(1_764_201_600_000), Trades(Random(1))
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades", clock)
    stream.create(shards=2)
    for _ in range(3):
        stream.put(source.take(1_000))
        clock.advance(MINUTE)
    for name in ("archive", "trades"):
        worker = build_worker(name, "trades", TRIM_HORIZON, hurry=True)
        while worker.step():
            pass
        worker.step()
        worker.close()
    return f"{tmp_path}/archive/trades/records/*/*/*.parquet"


def counted() -> list[tuple[Any, ...]]:
    return sorted(TradeMinute.objects.values_list(*FIGURES))


def test_duckdb_finds_the_figures_of_the_application(trades: str) -> None:
    duckdb.execute("SET TimeZone = 'UTC'")
    files = f"read_parquet('{trades}', hive_partitioning = true, union_by_name = true)"
    found = duckdb.execute(PER_MINUTE.format(files)).fetchall()
    assert (len(found) > 20, found) == (True, counted())


def test_sqlalchemy_reads_the_archive_as_superset_does(
    trades: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    views = runpy.run_path(str(ROOT / "examples/archive/superset/views.py"))
    views["main"](tmp_path / "archive", tmp_path / "archive.duckdb")
    engine = create_engine(f"duckdb:///{tmp_path}/archive.duckdb?access_mode=read_only")
    columns = [column["name"] for column in inspect(engine).get_columns("trades")]
    with engine.connect() as connection:
        connection.execute(text("SET TimeZone = 'UTC'"))
        found = [tuple(row) for row in connection.execute(text(PER_MINUTE.format("trades")))]
    engine.dispose()
    assert (capsys.readouterr().out, inspect(engine).get_view_names()) == ("trades\n", ["trades"])
    own_end = ["dt", "hr"]
    fields = ["tickerSymbol", "tradeType", "price", "quantity", "id"]
    assert (columns, found) == ([*OWN, *fields, *own_end], counted())
