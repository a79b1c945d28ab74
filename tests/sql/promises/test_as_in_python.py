"""Applications written in SQL give the figures of the processors that are written in Python."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from applications.market import processor as market
from applications.market.generator import Trades
from applications.orders import processor as orders
from applications.orders.generator import MadeUpOrders, OrderLine
from applications.orders.online_retail import SkippedRows, read
from applications.orders.processor import OrdersProcessor
from sql.engine.contract import Results, Row
from streams.core.clock import MINUTE, SECOND
from streams.core.records import Batch, Entry
from streams.core.state import EMPTY
from tests.sql.promises.applications import program

START = 1_796_083_200_000  # 2026-12-01 00:00:00
TRADES, THRESHOLD, SPEED = 200_000, 30, 200
Rows = dict[str, list[tuple[int, Row]]]
pytestmark = pytest.mark.long  # 370,000 records, twice: 5 s


def batched(timed: Iterable[tuple[int, list[Entry]]]) -> Iterator[Batch]:
    """Yields a batch for each list of entries, with their arrival time."""
    number = 0
    for arrived, entries in timed:
        keys, datas = zip(*entries, strict=True)
        yield Batch(arrived, range(number, number + len(entries)), list(keys), list(datas))
        number += len(entries)


def figures(name: str, batches: Iterable[Batch]) -> Rows:
    """Returns the rows that an application in SQL makes of batches, by stream, with their row times."""
    engine = program(name).start()
    for batch in batches:
        assert engine.add(batch, batch.datas) == []
    engine.finish()
    results = engine.take()
    assert isinstance(results, Results)
    found: Rows = {}
    for packet in results.packets:
        found.setdefault(packet.stream, []).extend((packet.time, row) for row in packet.rows)
    assert not results.faults
    return found


def test_trades_in_sql_give_the_minutes_of_the_processor() -> None:
    chance, source = Random(1), Trades(Random(2))
    gaps = (START + 40 * number + chance.choice([0, 0, 30]) for number in range(TRADES // 50))
    batches = list(batched((at, source.take(50)) for at in gaps))
    processor = market.TradesProcessor()
    for batch in batches:
        good, events, dead = market.decode(batch)
        assert (list(dead), processor.add(good, events)) == ([], [])
    expected = {
        (minute, ticker, side): (tally.trades, tally.shares, tally.low, tally.high, tally.largest)
        for minute, ticker, side, tally in processor.take() or []
    }
    found = figures("trades", batches)["MINUTES"]
    assert {row[:3]: row[3:] for _, row in found} == expected
    assert (sum(row[3] for _, row in found), len(found)) == (TRADES, len(expected))
    assert {time - row[0] for time, row in found} == {MINUTE}


def of_countries(path: Path) -> Iterator[tuple[int, list[Entry]]]:
    """Yields the lines of the Online Retail file at 200 times their pace, as if each country were a site."""
    encode = msgspec.json.Encoder().encode
    first, at = 0.0, START
    for happened, rows in groupby(read(path, SkippedRows(path)), key=lambda row: row.happened):
        first = first or happened
        at = max(at, START + int((happened - first) * 1000 / SPEED))  # a date may run backwards
        yield at, [(row.country, encode(OrderLine(*row[1:], row.country))) for row in rows]


def made_up(_: Path) -> Iterator[tuple[int, list[Entry]]]:
    source = MadeUpOrders(Random(3), START)
    for step in range(9_000):
        if entries := source.take_until(step / 5, 10_000):
            yield START + step * 200, entries


def alarms(rates: list[tuple[int, Row]]) -> list[tuple[str, int, int, int]]:
    """Returns site, start, peak and lines of each alarm, from the counts at every line."""
    found: dict[str, list[list[int]]] = {}
    above: set[str] = set()
    for time, (site, count) in rates:
        if count < THRESHOLD:
            above.discard(site)
        elif site in above:
            last = found[site][-1]
            last[1:] = [max(last[1], count), last[2] + 1]
        else:
            above.add(site)
            found.setdefault(site, []).append([time, count, 1])
    return sorted((site, start, peak, lines) for site, each in found.items() for start, peak, lines in each)


@pytest.mark.parametrize(("lines", "least"), [(made_up, 40), (of_countries, 500)])
def test_orders_in_sql_give_the_figures_of_the_processor(lines: Any, least: int, shared_data: Path) -> None:
    batches = list(batched(lines(shared_data / "online_retail_2010-12_2011-04.csv.xz")))
    processor = OrdersProcessor(EMPTY, THRESHOLD)
    for batch in batches:
        good, events, dead = orders.decode(batch)
        assert (list(dead), processor.add(good, events)) == ([], [])
    results = processor.take()
    assert results
    seconds = {(each.second, site): (each.lines, each.peak) for site, each in results.seconds}
    episodes = sorted((each.site, each.started, each.peak, each.lines) for each in results.episodes)
    found = figures("orders", batches)
    assert {row[:2]: row[2:] for _, row in found["SECONDS"]} == seconds
    assert {time - row[0] for time, row in found["SECONDS"]} == {SECOND}
    assert alarms(found["RATES"]) == episodes
    begun = [(row[0], time) for time, row in found["ABOVE"] if row[2]]
    assert sorted(begun) == [each[:2] for each in episodes]
    assert (len(found["ABOVE"]), len(episodes) >= least) == (sum(each[3] for each in episodes), True)
