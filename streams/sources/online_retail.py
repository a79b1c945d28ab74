"""Reads the Online Retail data set, a CSV file of order lines, in every form in which it goes round.

Plain, .gz or .xz (told by the first bytes); UTF-8, with or without a BOM, or Windows-1252; dates as 2010-12-01 08:26:00
or 12/1/2010 8:26; CustomerID as 17850.0, 17850 or nothing; columns in any order. One row is in memory at a time.
Data set: D. Chen, UCI Machine Learning Repository, doi.org/10.24432/C5BW33.
"""

import csv
import gzip
import io
import logging
import lzma
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from streams.sources.base import SourceError

logger = logging.getLogger(__name__)

# Our name of a column, and how a header may write it, in small letters without spaces.
COLUMNS = {
    "InvoiceNo": ("invoiceno", "invoice"),
    "StockCode": ("stockcode",),
    "Description": ("description",),
    "Quantity": ("quantity",),
    "InvoiceDate": ("invoicedate",),
    "UnitPrice": ("unitprice", "price"),
    "CustomerID": ("customerid", "customer"),
    "Country": ("country",),
}
US_DATES = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%y %H:%M")
YEARS = range(1970, 2100)
MAX_NUMBER = 1e9
MAX_TEXT = 1000  # characters in a field
MAX_LINE = 1 << 16  # bytes
MAX_LINES = 20  # in one row: a description may hold line breaks, but a quote never closed would swallow the file
MAX_WARNINGS = 20


class Row(NamedTuple):
    """One order line."""

    happened: float  # seconds since 1970
    invoice: str
    stock_code: str
    description: str
    quantity: int
    date: str  # ISO-8601
    unit_price: float
    customer: str  # may be empty
    country: str


class SkippedRows:
    """Counts the rows that cannot be read, and warns of the first of them."""

    def __init__(self, path: Path) -> None:
        self.total = 0
        self._path = path

    def add(self, line: int, reason: str) -> None:
        self.total += 1
        if self.total <= MAX_WARNINGS:
            logger.warning("%s, line %d: %s; the row is skipped", self._path, line, reason)

    def sum_up(self) -> None:
        if self.total:
            logger.warning("%s: %d rows were skipped", self._path, self.total)


def read(path: Path, skipped: SkippedRows) -> Iterator[Row]:
    """The rows of a file, in its order. Raises SourceError when the file cannot be read or is not this data set."""
    count = 0
    try:
        with path.open("rb") as file, _unpacked(file) as unpacked:
            for count, row in enumerate(_rows(path, _Lines(unpacked), skipped), 1):  # noqa: B007 - used in the message
                yield row
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a directory; give a CSV file, plain, .gz or .xz.") from None
    except EOFError:
        raise SourceError(f"{path} is cut short: its compressed data ends after {count:,} good rows.") from None
    except (gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
        raise SourceError(f"{path} is damaged after {count:,} good rows: {error}.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from None
    skipped.sum_up()


def _unpacked(file: io.BufferedReader) -> io.BufferedReader:
    """The file's bytes, unpacked if the first of them say that it is packed."""
    start = file.peek(6)
    if start.startswith(b"\x1f\x8b"):
        return io.BufferedReader(gzip.GzipFile(fileobj=file))
    if start.startswith(b"\xfd7zXZ\x00"):
        return io.BufferedReader(lzma.LZMAFile(file))
    return file


class _RunawayRowError(Exception):
    """A quote was opened and not closed for longer than any row is."""


class _Lines:
    """Feeds lines to the csv module and keeps those of the row in hand, so that a broken row costs one line only."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self.number = 1  # of the first line of the row in hand

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == MAX_LINES:
            raise _RunawayRowError
        line = self._waiting.popleft() if self._waiting else self._read()
        self._row.append(line)
        return line

    def next_row(self) -> None:
        """The row in hand is dealt with."""
        self.number += len(self._row)
        self._row.clear()

    def give_back(self) -> None:
        """The row in hand is broken: its first line is lost, the others are read again."""
        self._waiting.extendleft(reversed(self._row[1:]))
        del self._row[1:]
        self.next_row()

    def _read(self) -> str:
        line = self._file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while not self._file.readline(MAX_LINE).endswith(b"\n") and self._file.peek(1):
                pass  # the rest of a line that is no order line; its start is refused for its size
        return _decode(line)


def _decode(line: bytes) -> str:
    """Windows-1252 where it is not UTF-8; line by line, because the first such byte may be far down a large file."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _rows(path: Path, lines: _Lines, skipped: SkippedRows) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    width, pick = _header(path, reader)
    lines.next_row()
    while True:
        try:
            values = next(reader)
            if values:  # an empty line is no row
                if len(values) != width:
                    raise csv.Error(f"{len(values)} columns instead of {width}")
                yield _row(*pick(values))
        except StopIteration:
            return
        except _RunawayRowError:
            skipped.add(lines.number, f"a quote is not closed within {MAX_LINES} lines")
            lines.give_back()
        except csv.Error as error:
            skipped.add(lines.number, str(error))
            lines.give_back()
        except ValueError as error:
            skipped.add(lines.number, str(error))
            lines.next_row()
        else:
            lines.next_row()


def _header(path: Path, reader: Iterator[list[str]]) -> tuple[int, Callable[[list[str]], tuple[str, ...]]]:
    """How many columns there are, and what picks ours, in our order."""
    try:
        found = [name.removeprefix("\ufeff").replace(" ", "").lower() for name in next(reader)]
    except StopIteration:
        raise SourceError(f"{path} is empty.") from None
    except (csv.Error, _RunawayRowError):
        found = []
    indexes = {column: found.index(name) for column, names in COLUMNS.items() for name in names if name in found}
    if missing := [column for column in COLUMNS if column not in indexes]:
        raise SourceError(f"{path} is not the Online Retail data: its first line names no column {', '.join(missing)}.")
    return len(found), itemgetter(*(indexes[column] for column in COLUMNS))


def _row(
    invoice: str, stock_code: str, description: str, quantity: str, date: str, price: str, customer: str, country: str
) -> Row:
    """Raises ValueError with what is wrong."""
    if not invoice or not stock_code:
        raise ValueError("no InvoiceNo" if not invoice else "no StockCode")
    if max(len(invoice), len(stock_code), len(description), len(customer), len(country)) > MAX_TEXT:
        raise ValueError(f"a field of more than {MAX_TEXT} characters")
    happened, iso = _date(date)
    number, unit_price = _number("Quantity", quantity), _number("UnitPrice", price)
    if number != int(number):
        raise ValueError(f"Quantity {quantity!r} is not a whole number")
    return Row(happened, invoice, stock_code, description, int(number), iso, unit_price, _customer(customer), country)


@lru_cache(maxsize=256)  # order lines come by the dozen with the same date
def _date(text: str) -> tuple[float, str]:
    """Seconds since 1970, and the date in ISO form. The file's dates have no zone; they are counted as UTC."""
    for pattern in (None, *US_DATES):
        try:
            moment = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007 - below
        except ValueError:
            continue
        if moment.year in YEARS:
            return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp(), moment.isoformat(timespec="seconds")
    raise ValueError(f"InvoiceDate {text[:40]!r} is not a date such as 2010-12-01 08:26:00 or 12/1/2010 8:26")


def _number(column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = MAX_NUMBER * 2
    if not abs(value) <= MAX_NUMBER or "_" in text:  # so written that NaN is refused too
        raise ValueError(f"{column} {text[:40]!r} is not a number up to {MAX_NUMBER:.0f}")
    return value


@lru_cache(maxsize=256)
def _customer(text: str) -> str:
    """A customer's number without the fraction that spreadsheets and data frames add."""
    text = text.strip()
    if text.lower() == "nan":  # a data frame's way of writing nothing
        return ""
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
