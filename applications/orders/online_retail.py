"""Reads the Online Retail data set, a table of order lines, in its common file formats.

CSV with columns separated by , ; tab or |, or an Excel workbook; plain, .gz, .xz, .zst, .bz2 or the one file of a
.zip (recognised by the first bytes); UTF-8, UTF-16, Windows-1252 or a named encoding; columns in any order and
spelling.
The format of dates and numbers is read from the file's own (dates.py); an undecided file is refused. One row is in
memory at a time, and at most AHEAD characters of those that are examined first.
Data set: D. Chen, UCI Machine Learning Repository, doi.org/10.24432/C5BW33.
"""

import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import IO, NamedTuple

from streams.sources import workbooks
from streams.sources.base import SourceError
from streams.sources.dates import read_date, read_number
from streams.sources.frames import UNPACK_ERRORS
from streams.sources.packing import Workbook, as_utf8, unpacked
from streams.sources.tables import AHEAD, Form, Lines, RowError, find_header, look_ahead, rows_of, survey

logger = logging.getLogger(__name__)

# Our name of a column, and its spellings in headers, in small letters and digits; the first present one counts.
COLUMNS = {
    "InvoiceNo": ("invoiceno", "invoice", "invoicenumber", "invoiceid", "invoicenum"),
    "StockCode": ("stockcode", "productcode", "itemcode", "stock", "sku"),
    "Description": ("description", "productdescription", "itemdescription", "productname"),
    "Quantity": ("quantity", "qty"),
    "InvoiceDate": ("invoicedate", "invoicedatetime", "invoicetimestamp", "date", "datetime"),
    "UnitPrice": ("unitprice", "price"),
    "CustomerID": ("customerid", "customer", "customerno", "customernumber", "customercode"),
    "Country": ("country",),
}
MAX_TEXT = 1000  # characters in a field
MAX_WARNINGS = 20
MAX_REASONS = 10

Pick = Callable[[list[str]], tuple[str, ...]]
Rows = Iterator[tuple[int, list[str] | RowError]]


class Row(NamedTuple):
    """Holds one order line."""

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
    """Counts unreadable rows, warns of the first, and sums them up by their reasons."""

    def __init__(self, path: Path) -> None:
        self.total = 0
        self._path = path
        self._reasons: dict[str, tuple[int, int]] = {}  # by reason: how many rows, and the line of the first

    def add(self, line: int, reason: str) -> None:
        self.total += 1
        if self.total <= MAX_WARNINGS:
            logger.warning("%s, line %d: %s; the row is skipped", self._path, line, reason)
        kind = re.sub(r"""(['"]).*\1 |^\d+ """, "", reason)
        if kind in self._reasons or len(self._reasons) < MAX_REASONS:
            count, first = self._reasons.get(kind, (0, line))
            self._reasons[kind] = (count + 1, first)

    def sum_up(self) -> None:
        if self.total:
            logger.warning("%s: %s rows were skipped", self.reasons(), self.total)

    def reasons(self) -> str:
        """Returns the file and the reasons for skipped rows, each with its count and its first line."""
        kinds = [f"{count:,} × {kind} (first in line {line})" for kind, (count, line) in self._reasons.items()]
        return f"{self._path}: {'; '.join(kinds)}"


def read(path: Path, skipped: SkippedRows, form: Form = Form()) -> Iterator[Row]:  # noqa: B008 - it cannot change
    """Yields the rows of a file, in order. Raises SourceError if the file cannot be read or is not this data set."""
    count = 0
    try:
        with path.open("rb") as file:
            for count, row in enumerate(_rows(path, file, skipped, form), 1):  # noqa: B007 - used in the messages
                yield row
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a directory; give a CSV file, plain, .gz or .xz.") from None
    except EOFError:
        raise SourceError(f"{path} is cut short: its compressed data ends after {count:,} good rows.") from None
    except (zipfile.BadZipFile, *UNPACK_ERRORS) as error:
        raise SourceError(f"{path} is damaged after {count:,} good rows: {error}.") from None
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} is not in {error.encoding}, after {count:,} good rows: say another --encoding."
        ) from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from None
    skipped.sum_up()


def _rows(path: Path, file: IO[bytes], skipped: SkippedRows, form: Form) -> Iterator[Row]:
    try:
        form, pick, found = _table(file, form)
        for line, values in found:
            try:
                if isinstance(values, RowError):
                    raise values
                yield _row(form, *pick(values))
            except ValueError as error:
                if isinstance(error, SourceError):
                    raise
                skipped.add(line, str(error))
    except SourceError as error:
        raise SourceError(f"{path} {error}") from None


def _table(file: IO[bytes], form: Form) -> tuple[Form, Pick, Rows]:
    """Returns the file's format, the function that picks our columns of a row, and the rows after the header."""
    try:
        lines = Lines(as_utf8(unpacked(file), form.encoding))  # type: ignore[arg-type]  # it is buffered
    except Workbook as book:
        return _sheets(workbooks.rows(book.archive), form)
    try:
        header = find_header(lines, _missing)
    except StopIteration:
        raise SourceError("is empty.") from None
    pick = _picker(header.names)
    width = len(header.names)
    ahead = (pick(values) for values in look_ahead(lines, header) if len(values) == width)
    return survey((_telling(values) for values in ahead), form), pick, rows_of(lines, header)


def _sheets(cells: Iterator[tuple[int, list[str]]], form: Form) -> tuple[Form, Pick, Rows]:
    """Returns the same as _table for a workbook: each sheet may begin with the header again."""
    _, names = next(cells, (0, []))
    if not names:
        raise SourceError("is empty.")
    pick, width = _picker(names), len(names)
    kept: list[tuple[int, list[str]]] = []

    def ahead() -> Iterator[list[str]]:
        size = 0
        for number, values in cells:
            kept.append((number, values))
            yield _filled(values, width)
            size += sum(map(len, values))
            if size > AHEAD:
                return

    form = survey((_telling(pick(values)) for values in ahead()), form._replace(decimal="."))
    rows: Rows = ((number, _filled(values, width)) for number, values in chain(kept, cells) if values != names)
    return form, pick, rows


def _filled(values: list[str], width: int) -> list[str]:
    """Returns a row of a sheet with as many cells as the header: a sheet omits empty cells at the end."""
    return values[:width] + [""] * (width - len(values))


def _telling(values: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Returns the date and the numbers of a row, which show how the file writes them."""
    return values[4], (values[3], values[5])


def _indexes(names: list[str]) -> dict[str, int]:
    found = [re.sub("[ _.()-]", "", name.lower()) for name in names]
    return {
        column: found.index(each)
        for column, spellings in COLUMNS.items()
        for each in reversed(spellings)
        if each in found
    }


def _missing(names: list[str]) -> list[str]:
    return [column for column in COLUMNS if column not in _indexes(names)]


def _picker(names: list[str]) -> Pick:
    if missing := _missing(names):
        raise SourceError(f"is not the Online Retail data: its first line names no column {', '.join(missing)}.")
    indexes = _indexes(names)
    return itemgetter(*(indexes[column] for column in COLUMNS))


def _row(
    form: Form,
    invoice: str,
    stock_code: str,
    description: str,
    quantity: str,
    date: str,
    price: str,
    customer: str,
    country: str,
) -> Row:
    """Parses a row. Raises ValueError with the fault."""
    if not invoice or not stock_code:
        raise ValueError("no InvoiceNo" if not invoice else "no StockCode")
    if max(len(invoice), len(stock_code), len(description), len(customer), len(country)) > MAX_TEXT:
        raise ValueError(f"a field of more than {MAX_TEXT} characters")
    happened, iso = read_date(date, form.order)
    number = read_number("Quantity", quantity, form.decimal)
    unit_price = read_number("UnitPrice", price, form.decimal)
    if number != int(number):
        raise ValueError(f"Quantity {quantity!r} is not a whole number")
    return Row(happened, invoice, stock_code, description, int(number), iso, unit_price, _customer(customer), country)


@lru_cache(maxsize=256)
def _customer(text: str) -> str:
    """Returns a customer's number without the fraction that spreadsheets and data frames add."""
    text = text.strip()
    if text.lower() == "nan":  # data frames write it for an empty cell
        return ""
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
