"""Trades per minute against a naive count."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.market.processor import TradesProcessor, decode
from applications.market.results import TradeRow
from streams.core.clock import MINUTE, from_iso
from streams.core.records import Batch
from tests.kept import Kept

START = from_iso("2026-11-22T14:00:00Z")
Trade = dict[str, Any]
trades = st.fixed_dictionaries(
    {
        "tickerSymbol": st.sampled_from(["AMZN", "WMT", "BRK.A"]),
        "tradeType": st.sampled_from(["BUY", "SELL"]),
        "price": st.integers(1, 30_000_000).map(lambda cents: cents / 100),
        "quantity": st.integers(1, 10_000),
        "id": st.integers(1),
    }
)
# Batches of trades, each some milliseconds after the one before.
histories = st.lists(st.tuples(st.integers(0, 40_000), st.lists(trades, min_size=1, max_size=5)), max_size=12)


def batch(arrived: int, events: list[Trade], first: int = 1) -> Batch:
    datas = [json.dumps(event).encode() for event in events]
    return Batch(arrived, range(first, first + len(events)), [event["tickerSymbol"] for event in events], datas)


def add(processor: TradesProcessor, arrived: int, events: list[Trade], first: int = 1) -> list[TradeRow]:
    good, decoded, dead = decode(batch(arrived, events, first))
    assert dead == []
    processor.add(good, decoded)
    processor.advance(arrived)
    return processor.take() or []


def naive(history: list[tuple[int, list[Trade]]]) -> dict[tuple[int, str, str], tuple[Any, ...]]:
    """Every minute, ticker and side, counted the long way."""
    groups: dict[tuple[int, str, str], list[Trade]] = {}
    now = START
    for wait, events in history:
        now += wait
        for event in events:
            groups.setdefault((now - now % MINUTE, event["tickerSymbol"], event["tradeType"]), []).append(event)
    return {
        key: (
            len(group),
            sum(event["quantity"] for event in group),
            sum(round(event["price"] * 100) * event["quantity"] for event in group),
            min(event["price"] for event in group),
            max(event["price"] for event in group),
            group[0]["price"],
            group[-1]["price"],
            max(event["quantity"] for event in group),
        )
        for key, group in groups.items()
    }


def values(row: TradeRow) -> tuple[Any, ...]:
    return tuple(getattr(row.tally, name) for name in row.tally.__struct_fields__ if name != "last_sequence")


@given(histories, st.sets(st.integers(0, 11)))
def test_rows_equal_a_naive_count_wherever_the_worker_restarts(
    history: list[tuple[int, list[Trade]]], restarts: set[int]
) -> None:
    processor, kept, now, found = TradesProcessor(), Kept(), START, {}
    for index, (wait, events) in enumerate(history):
        now += wait
        if index in restarts:
            processor = TradesProcessor(kept.state)
        for row in add(processor, now, events):
            found[row.minute, row.ticker, row.side] = values(row)
        kept.save(processor)
    assert found == naive(history)


TRADE = {"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 370.56, "quantity": 10, "id": 1}


def test_results_are_the_changed_rows_alone() -> None:
    processor = TradesProcessor()
    add(processor, START, [TRADE])
    assert [row.ticker for row in add(processor, START, [TRADE | {"tickerSymbol": "WMT"}])] == ["WMT"]
    assert processor.take() is None


def test_row_names_the_trade_that_reached_its_count() -> None:
    [row] = add(TradesProcessor(), START, [TRADE, TRADE], first=41)
    assert int(row.tally.last_sequence) == 42
    assert len(row.tally.last_sequence) == 64


def test_earlier_stamp_amends_its_own_minute() -> None:
    processor = TradesProcessor()
    add(processor, START, [TRADE])
    add(processor, START + MINUTE, [TRADE])
    good, events, _ = decode(batch(START + MINUTE - 1, [TRADE]))
    processor.add(good, events)
    assert [(row.minute, row.tally.trades) for row in processor.take() or []] == [(START, 2)]


def test_late_stamp_is_refused_and_not_counted() -> None:
    processor = TradesProcessor()
    processor.advance(START + 3 * MINUTE)
    dead = processor.add(*decode(batch(START, [TRADE, TRADE]))[:2])
    says = (
        "The record arrived 180 s before the shard's watermark, and its window is closed; "
        "a window is held for 60 s after its end. A replay counts it in a later window."
    )
    assert [(record.sequence, record.error) for record in dead] == [(1, says), (2, says)]
    assert processor.take() is None


def test_window_closed_in_the_step_that_filled_it_is_returned() -> None:
    processor = TradesProcessor()
    processor.add(*decode(batch(START, [TRADE]))[:2])
    processor.advance(START + 60 * MINUTE)
    assert [(row.minute, row.tally.trades) for row in processor.take() or []] == [(START, 1)]


def test_state_does_not_grow_with_time() -> None:
    processor, kept = TradesProcessor(), Kept()
    sizes = []
    for minute in range(100):
        add(processor, START + minute * MINUTE, [TRADE])
        kept.save(processor)
        sizes.append(kept.size)
    assert max(sizes) == max(sizes[:5])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 10**9}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"price": "12"}, "price"),
        ({"price": -1}, "price"),
        ({"price": 1e300}, "price"),
        ({"tradeType": "HOLD"}, "tradeType"),
        ({"tickerSymbol": ""}, "tickerSymbol"),
        ({"tickerSymbol": "A" * 257}, "tickerSymbol"),
        ({"tickerSymbol": None}, "tickerSymbol"),
    ],
)
def test_malformed_trade_is_refused_and_the_rest_is_counted(change: Trade, reason: str) -> None:
    whole = batch(START, [TRADE, TRADE | change, TRADE])
    good, events, dead = decode(whole._replace(keys=["AMZN", str(change.get("tickerSymbol", "AMZN")), "AMZN"]))
    assert ([*good.sequences], len(events)) == ([1, 3], 2)
    assert [(record.sequence, record.data) for record in dead] == [(2, whole.datas[1])]
    assert reason in dead[0].error


@pytest.mark.parametrize("data", [b"", b"\xff\x00", b"{", b"[1]", b"null", b'{"a":' * 100_000, b"NaN", b"{}\n{}"])
def test_bytes_of_no_trade_are_refused(data: bytes) -> None:
    good, events, dead = decode(Batch(START, [7], ["AMZN"], [data]))
    assert (good.keys, events, [record.data for record in dead]) == ([], [], [data])


def test_a_record_under_another_partition_key_is_refused_by_name() -> None:
    _, _, dead = decode(batch(START, [TRADE])._replace(keys=["random"]))
    assert dead[0].error == "The partition key is 'random', but tickerSymbol is 'AMZN'; they must be the same."


def test_a_key_that_cannot_be_printed_is_refused() -> None:
    _, _, dead = decode(batch(START, [TRADE | {"tickerSymbol": "A\x00"}]))
    assert dead[0].error == "tickerSymbol has characters that cannot be printed."


def test_full_tally_refuses_trades_of_its_own_ticker_only() -> None:
    most = TRADE | {"price": 1e8, "quantity": 10**8}
    processor = TradesProcessor()
    good, events, _ = decode(batch(START, [most] * 12 + [TRADE | {"tickerSymbol": "WMT"}]))
    refused = processor.add(good, events)
    sums = {row.ticker: (row.tally.trades, row.tally.cents) for row in processor.take() or []}
    assert sums == {"AMZN": (9, 9 * 10**18), "WMT": (1, sums["WMT"][1])}
    assert ([dead.sequence for dead in refused], max(sums.values())[1] < 2**63) == ([10, 11, 12], True)
    assert refused[0].error.startswith("The trades of 'AMZN' in this minute are worth more than 82,233,720,368,547,758")
