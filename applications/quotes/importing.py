"""Reads bars from files: exports of Stooq and Yahoo, and tables that hold several tickers."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from applications.quotes.bars import DayBar, fault, widened
from applications.quotes.tickers import ticker_fault
from common.text import cut, quoted
from streams.sources.base import SourceError
from streams.sources.packing import Workbook, unpacked
from streams.sources.tables import Header, Lines, RowError, find_header, rows_of

NEEDED = ("date", "open", "high", "low", "close")
OTHER_NAMES = {"adjclose": "adj close", "adj_close": "adj close", "vol": "volume", "symbol": "ticker"}
BULK = b"<TICKER>,"
NO_NUMBER = {"", "null", "nan", "n/a", "-"}  # these texts stand for no number in the columns that may be empty


class Line(NamedTuple):
    """Holds one line of a file: a bar, or the reason why the line is no bar."""

    number: int
    ticker: str = ""
    bar: DayBar | None = None
    fault: str = ""


class Columns(NamedTuple):
    """Tells where the columns are, by name, and the ticker of a file that has no column for it."""

    at: dict[str, int]
    ticker: str


def read(path: Path, ticker: str = "") -> Iterator[Line]:
    """Yields the lines of a file, packed or not; `ticker` is that of each line without one.

    Raises SourceError for a file that cannot be read, and where no ticker is given.
    """
    try:
        with path.open("rb") as file:
            # Stooq's files of many tickers begin with the sign of a web page.
            lines = Lines(file if file.peek(len(BULK)).startswith(BULK) else unpacked(file))
            try:
                header = find_header(lines, lambda names: sorted({*NEEDED} - {_plain(name) for name in names}))
            except StopIteration:
                raise SourceError("is empty") from None
            yield from _lines(lines, header, _columns(header, ticker or from_name(path)))
    except Workbook:
        raise SourceError(f"{path} is an Excel file; save it as .csv.") from None
    except SourceError as error:
        raise SourceError(f"{path} {str(error).rstrip('.')}.") from None
    except (OSError, EOFError) as error:
        raise SourceError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def batches(lines: Iterator[Line], most: int) -> Iterator[list[Line]]:
    """Yields the lines in lists of at most `most`."""
    while batch := list(islice(lines, most)):
        yield batch


def from_name(path: Path) -> str:
    """Returns the ticker in the name of an export, such as aapl_us_d.csv (Stooq) or AAPL.csv (Yahoo); "" for none."""
    name = path.name.partition(".csv")[0].partition(".txt")[0].upper()
    name = re.sub(r"_(D|W|M)$", "", name).removesuffix("_US").removesuffix(".US")
    return "" if ticker_fault(name) else name


def _columns(header: Header, ticker: str) -> Columns:
    at = {_plain(name): place for place, name in reversed(list(enumerate(header.names)))}
    if lacking := [name for name in NEEDED if name not in at]:
        raise SourceError(f"has no column {', '.join(lacking)}; its first line is {quoted(','.join(header.names), 60)}")
    if "ticker" not in at and not ticker:
        raise SourceError("has no column with tickers, and its name is none: name it with --ticker")
    return Columns(at, ticker)


def _lines(lines: Lines, header: Header, columns: Columns) -> Iterator[Line]:
    for number, values in rows_of(lines, header):
        if isinstance(values, RowError):
            yield Line(number, fault=str(values))
        else:
            yield _line(number, values, columns)


def _line(number: int, values: list[str], columns: Columns) -> Line:
    cells = {name: values[place].strip() for name, place in columns.at.items()}
    ticker = cells["ticker"].upper() if "ticker" in cells else columns.ticker
    ticker = ticker.removesuffix(".US")  # Stooq writes tickers of the United States with this ending
    try:
        bar = _bar(cells)
    except ValueError as error:
        return Line(number, fault=str(error))
    if reason := ticker_fault(ticker).removesuffix("."):
        return Line(number, fault=reason)
    if reason := fault(bar):
        return Line(number, fault=f"{bar.day} {reason}")
    return Line(number, ticker, widened(bar))


def _bar(cells: dict[str, str]) -> DayBar:
    first, high, low, close = (_number(name, cells[name]) for name in NEEDED[1:])
    adjusted, volume = cells.get("adj close", ""), cells.get("volume", "")
    return DayBar(
        _day(cells["date"]),
        first,
        high,
        low,
        close,
        close if adjusted.lower() in NO_NUMBER else _number("adj close", adjusted),
        None if volume.lower() in NO_NUMBER else _whole(volume),
    )


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is {quoted(cut(text, 40))}, not a number") from None


def _whole(text: str) -> int:
    try:
        return round(_number("volume", text))
    except OverflowError:
        raise ValueError("volume is not a number") from None


def _day(text: str) -> date:
    """Reads 2000-01-31, 20000131, and both with a time behind. Raises ValueError."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"date is {quoted(cut(text, 40))}, not a day such as 2000-01-31") from None


def _plain(name: str) -> str:
    plain = name.strip().strip("<>").strip().lower()
    return OTHER_NAMES.get(plain, plain)
