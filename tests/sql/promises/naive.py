"""Computes the rows of the applications `book` and `tickers` from all records at once, in plain Python."""

import csv
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from streams.core.clock import from_iso
from tests.sql.promises.applications import FOLDER

STEP, WINDOW, LARGE = 5_000, 15_000, 9_900
Trade = tuple[int, Mapping[str, Any]]  # arrival time in milliseconds, data
Row = tuple[Any, ...]  # row time in milliseconds, values


def rows_of(records: Iterable[Mapping[str, Any]], *, by_ticker: bool) -> dict[str, list[Row]]:
    """Returns the rows of each stream, sorted.

    The records are those that `streams tail --json` prints, in their order, without the broken ones. `by_ticker` is
    True for `tickers`, which keeps the tickers of a sector apart.
    """
    trades = [(from_iso(record["arrived"]), record["data"]) for record in records]
    counted = list(_counted(trades))
    large = [row for row, quantity in counted if quantity > LARGE]
    found = {
        "STEPS": _steps(trades),
        "LARGE": large,
        "SECTORS_OF_STEPS": _sectors([row for row, _ in counted], by_ticker),
    }
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def _end(time: int) -> int:
    return time - time % STEP + STEP


def _steps(trades: Sequence[Trade]) -> list[Row]:
    groups: dict[Row, list[Mapping[str, Any]]] = defaultdict(list)
    for time, trade in trades:
        groups[_end(time), trade["tickerSymbol"], trade["tradeType"]].append(trade)
    return [(end, end - STEP, *key, *_summed(group)) for (end, *key), group in groups.items()]


def _summed(trades: Sequence[Mapping[str, Any]]) -> Row:
    prices = [trade["price"] for trade in trades]
    return len(trades), sum(trade["quantity"] for trade in trades), min(prices), max(prices)


def _counted(trades: Sequence[Trade]) -> Iterator[tuple[Row, int]]:
    """Yields each trade with the number and the shares of its ticker's in the 15 s up to it, and its own shares."""
    windows: dict[str, deque[tuple[int, int]]] = defaultdict(deque)
    shares: dict[str, int] = defaultdict(int)
    for time, trade in trades:
        ticker, quantity = trade["tickerSymbol"], trade["quantity"]
        window = windows[ticker]
        window.append((time, quantity))
        shares[ticker] += quantity
        while window[0][0] < time - WINDOW:
            shares[ticker] -= window.popleft()[1]
        yield (time, trade["id"], ticker, len(window), shares[ticker]), quantity


def _sectors(counted: Sequence[Row], by_ticker: bool) -> list[Row]:
    with (FOLDER / "book/sectors.csv").open() as file:
        sectors: dict[str, str] = dict(csv.reader(file))
    groups: dict[Row, list[int]] = defaultdict(list)
    for time, _, ticker, lines, _ in counted:
        groups[_end(time), sectors.get(ticker), *([ticker] if by_ticker else [])].append(lines)
    return [(*key, len(lines), max(lines)) for key, lines in groups.items()]


def reported(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """Returns the rows that `report APPLICATION --json` prints, in the form of `rows_of`."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        values = row["row"]
        if row["stream"] == "STEPS":
            values |= {"step": from_iso(values["step"].replace(" ", "T") + "Z")}
        found[row["stream"]].append((from_iso(row["rowtime"]), *values.values()))
    return {name: sorted(each, key=str) for name, each in found.items()}
