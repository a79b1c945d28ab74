"""Senders may make a bounded number of sites and tickers; records beyond the bound are refused one by one."""

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from applications.market import processor as market_processor
from applications.market.processor import TradesProcessor
from applications.orders import processor as orders_processor
from applications.orders.processor import FORGET, WINDOW, OrdersProcessor
from streams.core.clock import MINUTE, SECOND, from_iso
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY
from tests.kept import Kept

START = from_iso("2026-11-22T14:00:00Z")
LINE = {"InvoiceNo": "1", "StockCode": "1", "Quantity": 1, "InvoiceDate": "x", "UnitPrice": 1}
TRADE = {"tradeType": "BUY", "price": 10, "quantity": 1}
MOST = 3
names = st.sampled_from("abcdefg")
waits = st.sampled_from([0, 1, SECOND, WINDOW + 1, MINUTE, FORGET - WINDOW, FORGET - 1, FORGET, FORGET + 1])


def lines(now: int, sites: list[str], first: int = 1) -> tuple[Batch, list[orders_processor.OrderLine]]:
    datas = [json.dumps(LINE | {"site": site}).encode() for site in sites]
    batch, events, dead = orders_processor.decode(Batch(now, range(first, first + len(sites)), sites, datas))
    assert not dead
    return batch, events


def made(now: int, pairs: list[tuple[str, str]]) -> tuple[Batch, list[market_processor.Trade]]:
    datas = [json.dumps(TRADE | {"tickerSymbol": name, "tradeType": side}).encode() for name, side in pairs]
    keys = [name for name, _ in pairs]
    batch, events, _ = market_processor.decode(Batch(now, range(1, 1 + len(pairs)), keys, datas))
    return batch, events


def expected(history: list[tuple[int, list[str]]]) -> Iterator[tuple[set[str], list[int]]]:
    """Naively: a site is held for an hour after its newest line; a line of one too many is refused."""
    newest: dict[str, int] = {}
    now = START
    for wait, sites in history:
        now += wait
        newest = {site: at for site, at in newest.items() if now < at + FORGET}
        refused: list[int] = []
        for index, site in enumerate(sites):
            if site in newest or len(newest) < MOST:
                newest[site] = now
            else:
                refused.append(index)
        yield set(newest), refused


@given(st.lists(st.tuples(waits, st.lists(names, min_size=1, max_size=6)), max_size=12), st.sets(st.integers(0, 12)))
def test_shard_holds_a_bounded_number_of_sites_and_forgets_them_after_an_hour(
    history: list[tuple[int, list[str]]], restarts: set[int]
) -> None:
    processor, kept = OrdersProcessor(EMPTY, 5, MOST), Kept()
    now = START
    for place, ((wait, sites), (held, refused)) in enumerate(zip(history, expected(history), strict=True)):
        if place in restarts:
            processor = OrdersProcessor(kept.state, 5, MOST)
        now += wait
        dead = processor.add(*lines(now, sites))
        processor.take()
        assert [record.sequence for record in dead] == [index + 1 for index in refused]
        assert {site for (site,) in kept.save(processor, now).entries} == held


def test_line_of_one_site_too_many_is_a_dead_letter_with_the_reason() -> None:
    processor = OrdersProcessor(EMPTY, 30, 2)
    batch, events = lines(START, ["a", "b", "c", "a"])
    [dead] = processor.add(batch, events)
    reason = (
        "The shard holds 2 sites, the most that SITES_MOST allows; 'c' would be one more. "
        "A site goes once nothing has come from it for an hour."
    )
    assert dead == DeadRecord(3, START, "c", batch.datas[2], reason, 1)
    results = processor.take()
    assert results and [(count.site, count.lines) for count in results.counts] == [("a", 2), ("b", 1)]


def test_clock_leap_of_an_hour_reports_the_last_count_and_forgets_the_site() -> None:
    processor, kept = OrdersProcessor(EMPTY, 30), Kept()
    processor.add(*lines(START, ["a"]))
    processor.take()
    kept.save(processor)
    processor.advance(START + 2 * FORGET)
    results = processor.take()
    assert results and [(count.site, count.lines) for count in results.counts] == [("a", 0)]
    assert kept.save(processor).entries == {}


def test_idle_step_reads_no_threshold_until_a_line_leaves_its_window() -> None:
    looks: list[str] = []

    class Watched(dict[str, int]):
        def get(self, site: str, default: int) -> int:  # type: ignore[override]
            looks.append(site)
            return default

    processor = OrdersProcessor(EMPTY, 30)
    processor.add(*lines(START, [f"s{number}" for number in range(5000)]))
    processor.configure(Watched())
    for step in range(1, 1000):
        processor.advance(START + step)
    assert looks == []
    processor.advance(START + WINDOW + 1)
    assert len(looks) == 5000


pairs = st.lists(st.tuples(names, st.sampled_from(["BUY", "SELL"])), max_size=10)


@given(st.lists(st.tuples(st.sampled_from([0, SECOND, MINUTE]), pairs), max_size=8), st.booleans())
def test_shard_holds_a_bounded_number_of_tickers_a_minute(
    history: list[tuple[int, list[tuple[str, str]]]], again: bool
) -> None:
    processor, kept = TradesProcessor(EMPTY, MOST), Kept()
    known: dict[int, set[str]] = {}
    now = START
    for wait, batch in history:
        now += wait
        tickers = known.setdefault(now - now % MINUTE, set())
        refused = []
        for index, (name, _) in enumerate(batch):
            if name in tickers or len(tickers) < MOST:
                tickers.add(name)
            else:
                refused.append(index + 1)
        dead = processor.add(*made(now, batch))
        assert [record.sequence for record in dead] == refused
        kept.save(processor)
        processor = TradesProcessor(kept.state, MOST) if again else processor
        processor.advance(now)


def test_trade_of_one_ticker_too_many_is_a_dead_letter_with_the_reason() -> None:
    processor = TradesProcessor(EMPTY, 1)
    [dead] = processor.add(*made(START, [("A", "BUY"), ("B", "BUY"), ("A", "SELL")]))
    says = "The shard counts 1 tickers in this minute, the most that TICKERS_MOST allows; 'B' would be one more."
    assert (dead.sequence, dead.error) == (2, says)
    assert [(row.ticker, row.side) for row in processor.take() or []] == [("A", "BUY"), ("A", "SELL")]
