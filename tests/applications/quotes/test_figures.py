"""Averages, changes and pools: against naive counts, and against the examples that hold the browser to the same."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.quotes import figures
from applications.quotes.figures import History, Live

EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("figures.json").read_text())
PRICE = st.integers(1, 45 * 10**12)


def history(closes: list[int], days: list[int] | None = None, volumes: list[int | None] | None = None) -> History:
    """Returns bars with lows 1 below and highs 1 above their closes."""
    prices: Any = {"open": closes, "high": [each + 1 for each in closes], "low": [each - 1 for each in closes]}
    known = days or list(range(len(closes)))
    return History("X", 4, known, **prices, close=closes, adj_close=closes, volume=volumes or [None] * len(closes))


@pytest.mark.parametrize("example", EXAMPLES["averages"])
def test_sums_are_those_of_the_examples(example: dict[str, Any]) -> None:
    assert figures.sums(example["values"], example["count"]) == example["sums"]


@given(st.lists(PRICE, max_size=260), st.sampled_from([1, 20, 50, 200]))
def test_averages_are_exact(closes: list[int], count: int) -> None:
    windows = [closes[end - count : end] if end >= count else None for end in range(1, len(closes) + 1)]
    naive = [None if window is None else sum(map(Fraction, window)) / count for window in windows]
    found = [None if total is None else Fraction(total, count) for total in figures.sums(closes, count)]
    assert found == naive


@pytest.mark.parametrize("example", EXAMPLES["percents"])
def test_changes_are_those_of_the_examples(example: dict[str, Any]) -> None:
    columns = example["columns"]
    known = {name: [day for day, value in enumerate(column) if value is not None] for name, column in columns.items()}
    bars = {name: history([columns[name][day] for day in days], days) for name, days in known.items()}
    base = figures.first_common([each.days for each in bars.values()])
    assert base == example["base"]
    for name, each in bars.items():
        expected = [value for day, value in enumerate(example["expected"][name]) if day in known[name]]
        assert figures.percents(each, base) == expected


@given(st.lists(PRICE, min_size=1, max_size=90), st.integers(1, 20))
def test_pools_keep_extremes_ends_and_volume(closes: list[int], most: int) -> None:
    volumes: list[int | None] = [None if close % 3 == 0 else close for close in closes]
    pooled, size = history(closes, volumes=volumes).pooled(most)
    parts = [slice(start, start + size) for start in range(0, len(closes), size)]
    assert len(pooled.days) == len(parts) <= most
    assert pooled.close == [closes[part][-1] for part in parts]
    assert pooled.high == [max(closes[part]) + 1 for part in parts]
    assert pooled.low == [min(closes[part]) - 1 for part in parts]
    assert sum(each or 0 for each in pooled.volume) == sum(each or 0 for each in volumes)


def test_bar_of_today_follows_replaces_the_newest_or_is_left_out() -> None:
    bars = history([100, 200], [1, 3])
    bar = Live(day=4, open=1, high=2, low=0.5, close=1.5, volume=9)
    assert bars.with_bar(bar).close == [100, 200, 15_000]
    assert bars.with_bar(Live(3, 1, 2, 0.5, 1.5, 9)).days == [1, 3]
    assert bars.with_bar(Live(2, 1, 2, 0.5, 1.5, 9)) is bars
    assert bars.with_bar(None) is bars
    corrected = replace(bars, adj_close=[90, 180])
    assert corrected.with_bar(bar).adj_close == [90, 180, 13_500]


@pytest.mark.parametrize(("low", "high", "places"), [(0.2, 300, 6), (1, 300, 4), (0.2, 45e6, 4), (0.5, 44e6, 6)])
def test_places_keep_sums_exact_in_a_browser(low: float, high: float, places: int) -> None:
    assert figures.places_of(low, high) == places
    assert places == 4 or high * 10**places * 200 < 2**53
