"""Thirty years of daily bars are made up alike each time, and `manage.py quotes import` reads each line of them."""

from itertools import pairwise
from pathlib import Path

import pytest

from applications.quotes import importing
from tests.examples.running import run

DAYS = 7784  # weekdays from 1996 to 2025, without New Year and Christmas
TICKERS = ["MILL", "PENSTK", "RACE", "SLUICE", "WEIR"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("history") / "bars.csv"
    assert run("history/make_bars.py", {}, {"bars.csv": path}) == f"Made up 38,920 bars in {path}.\n"
    return path


def test_each_made_up_line_is_a_bar(made: Path) -> None:
    lines = list(importing.read(made))
    assert [line for line in lines if line.fault] == []
    assert (len(lines), sorted({line.ticker for line in lines})) == (5 * DAYS, TICKERS)


def test_corrected_closes_have_no_jump_at_a_split(made: Path) -> None:
    closes: dict[str, list[tuple[float, float]]] = {}
    for line in importing.read(made):
        assert line.bar
        closes.setdefault(line.ticker, []).append((line.bar.close, line.bar.adj_close))
    steps = [(a, b) for rows in closes.values() for a, b in pairwise(rows)]
    splits = [(before, after) for before, after in steps if after[0] < before[0] / 2]
    assert len(splits) >= 3
    assert all(0.7 < after[1] / before[1] < 1.4 for before, after in splits)
