"""Order lines: replayed and made up."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from applications.orders.generator import PRODUCTS, SITES, MadeUpOrders, OrderLine, Replay
from streams.core import clock
from streams.core.records import Entry
from streams.sources.base import SourceError

SAMPLE = Path(__file__).parents[2] / "data" / "orders.csv"
BROKEN = SAMPLE.with_name("orders-broken.csv")
START = clock.from_iso("2026-01-01")
FIELDS = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "Customer",
    "Country",
    "site",
]


def made_up(seed: int, *sites: str) -> MadeUpOrders:
    return MadeUpOrders(Random(seed), START, sites or SITES)


def decoded(entries: list[Entry]) -> list[dict[str, Any]]:
    return [json.loads(data) for _, data in entries]


def busiest(moments: list[float], seconds: float = 15.0) -> list[int]:
    """How many of the moments lie in each whole window."""
    return list(Counter(int(moment // seconds) for moment in moments).values())


def test_a_replayed_line_has_the_fields_of_the_stream() -> None:
    [(key, data), *_] = Replay(SAMPLE).take(1)
    assert key == "online-retail"
    assert list(json.loads(data).items()) == [
        ("InvoiceNo", "801001"),
        ("StockCode", "40213"),
        ("Description", "GARDEN GNOME WITH LANTERN"),
        ("Quantity", 6),
        ("InvoiceDate", "2024-03-04T09:15:00"),
        ("UnitPrice", 7.95),
        ("Customer", "31007"),
        ("Country", "United Kingdom"),
        ("site", "online-retail"),
    ]


def test_a_replay_keeps_the_pace_of_its_dates() -> None:
    source = Replay(SAMPLE)
    assert len(source.take_until(0, 99)) == 3
    assert source.due() == 120.0
    assert len(source.take_until(120, 99)) == 1


def test_replay_keeps_its_time_when_a_date_runs_backwards(tmp_path: Path) -> None:
    lines = SAMPLE.read_bytes().replace(b"2024-11-24 16:02:00", b"2023-01-01 00:00:00")
    path = tmp_path / "orders.csv"
    path.write_bytes(lines)
    source = Replay(path)
    assert len(source.take(4)) == 4
    assert source.due() == 120.0


def test_replay_uses_the_given_site_and_counts_skipped_rows() -> None:
    source = Replay(BROKEN, "lisbon")
    assert [key for key, _ in source.take(99)] == ["lisbon"] * 3
    assert source.skipped == 12


def test_unreadable_file_is_refused_before_the_first_record(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no file"):
        Replay(tmp_path / "no.csv")


def test_the_real_file_replays_its_first_day_in_its_own_time(shared_data: Path) -> None:
    source = Replay(shared_data / "online_retail_2010-12_2011-04.csv.xz")
    assert len(source.take_until(24 * 3600 - 1, 10_000)) == 3118
    assert source.skipped == 0


def test_seed_gives_the_same_made_up_bytes_for_any_batches() -> None:
    one, other = made_up(7), made_up(7)
    expected = one.take(1000)
    assert expected == [entry for size in (1, 99, 900) for entry in other.take(size)]
    assert expected != made_up(8).take(1000)


def test_made_up_lines_have_the_fields_and_the_first_is_at_the_start() -> None:
    entries = made_up(1).take(2000)
    lines = decoded(entries)
    assert {tuple(line) for line in lines} == {OrderLine.__struct_fields__}
    assert {line["site"] for line in lines} == set(SITES)
    assert [key for key, _ in entries] == [line["site"] for line in lines]
    assert lines[0]["InvoiceDate"].startswith("2026-01-01T00:00:0")
    assert [line["InvoiceDate"] for line in lines] == sorted(line["InvoiceDate"] for line in lines)


def test_made_up_lines_look_like_the_data_set() -> None:
    lines = decoded(made_up(2).take(20_000))
    assert {line["StockCode"] for line in lines} == {product.stock_code for product in PRODUCTS}
    sizes = sorted(Counter(line["InvoiceNo"] for line in lines).values())
    assert 5 <= sizes[len(sizes) // 2] <= 15
    nameless = sum(line["Customer"] == "" for line in lines) / len(lines)
    assert 0.2 < nameless < 0.4
    assert all((line["Quantity"] < 0) is line["InvoiceNo"].startswith("C") for line in lines)


def test_an_invoice_belongs_to_one_site_and_one_customer() -> None:
    lines = decoded(made_up(3).take(20_000))
    owners = {(line["InvoiceNo"], line["site"], line["Customer"], line["Country"]) for line in lines}
    assert len(owners) == len({line["InvoiceNo"] for line in lines})


def test_made_up_sites_pass_thirty_lines_in_some_windows_and_not_in_most() -> None:
    source, moments = made_up(4, "london"), list[float]()
    while (due := source.due()) is not None and due < 4 * 3600:
        moments += [due] * len(source.take(1))
    windows = busiest(moments)
    surges = sum(count >= 30 for count in windows)
    assert 0.05 < surges / len(windows) < 0.4


def test_made_up_lines_can_be_of_one_site() -> None:
    assert {key for key, _ in made_up(5, "lisbon").take(500)} == {"lisbon"}
