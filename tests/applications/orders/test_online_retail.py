"""The Online Retail file, in every form in which it goes round, whole and broken."""

import csv
import gzip
import io
import lzma
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from applications.orders import online_retail
from applications.orders.online_retail import MAX_WARNINGS, Row, SkippedRows, read
from streams.core import clock
from streams.sources.base import SourceError
from streams.sources.dates import Order
from streams.sources.tables import Form

DATA = Path(__file__).parents[2] / "data"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "801001,40213,GARDEN GNOME,6,2024-03-04 09:15:00,7.95,31007,Norway"
PLAIN = (DATA / "orders.csv").read_bytes()
EXPECTED = [
    ("801001", "GARDEN GNOME WITH LANTERN", 6, "2024-03-04T09:15:00", 7.95, "31007"),
    ("801001", 'SEED TIN, "SPRING MIX"', 2, "2024-03-04T09:15:00", 3.25, "31007"),
    ("801002", "Voucher £20.00", 1, "2024-03-04T09:15:00", 16.67, ""),
    ("C801003", "GARDEN GNOME WITH LANTERN", -1, "2024-03-04T09:17:00", 7.95, "31260"),
    ("801004", "BIRD FEEDER\nWITH HOOK", 12, "2024-11-24T16:02:00", 0.0, ""),
]


US = Form(Order.MONTH_FIRST)


def rows_of(path: Path, form: Form = Form()) -> tuple[list[Row], int]:  # noqa: B008 - it cannot change
    skipped = SkippedRows(path)
    return list(read(path, skipped, form)), skipped.total


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    return path


def lines(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


def brief(rows: Iterable[Row]) -> list[tuple[str, str, int, str, float, str]]:
    return [(row.invoice, row.description, row.quantity, row.date, row.unit_price, row.customer) for row in rows]


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "cp1252": lambda data: data.decode().encode("cp1252"),
    "no end of the last line": lambda data: data.removesuffix(b"\n"),
    "empty lines": lambda data: data + b"\n\n",
    "header Customer": lambda data: data.replace(b"CustomerID", b"Customer", 1),
    "header with spaces": lambda data: data.replace(b"CustomerID", b"Customer ID", 1),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_file_gives_the_same_rows(form: str, tmp_path: Path) -> None:
    rows, skipped = rows_of(written(tmp_path, FORMS[form](PLAIN)))
    assert (brief(rows), skipped) == (EXPECTED, 0)


def test_spreadsheet_form_gives_the_same_rows() -> None:
    rows, skipped = rows_of(DATA / "orders-spreadsheet.csv")
    assert (rows, skipped) == rows_of(DATA / "orders.csv")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12/1/2010 8:26", "2010-12-01T08:26:00"),
        ("12/13/2010 18:26:59", "2010-12-13T18:26:59"),
        ("12/1/10 8:26", "2010-12-01T08:26:00"),
        ("2010-12-01T08:26", "2010-12-01T08:26:00"),
        ("2010-12-01 08:26:00+01:00", "2010-12-01T08:26:00+01:00"),
    ],
)
def test_a_date_is_read_in_its_usual_forms(text: str, iso: str, tmp_path: Path) -> None:
    [row], _ = rows_of(written(tmp_path, lines(GOOD.replace("2024-03-04 09:15:00", text))), US)
    whole = iso if "+" in iso else iso + "+00:00"
    assert (row.date, row.happened) == (iso, datetime.fromisoformat(whole).timestamp())


@pytest.mark.parametrize(
    ("text", "customer"), [("17850.0", "17850"), ("17850", "17850"), ("", ""), ("nan", ""), ("A.0", "A.0")]
)
def test_a_customer_is_a_number_without_its_fraction_or_nothing(text: str, customer: str, tmp_path: Path) -> None:
    [row], _ = rows_of(written(tmp_path, lines(GOOD.replace("31007", text))))
    assert row.customer == customer


def test_columns_may_come_in_another_order_and_with_others(tmp_path: Path) -> None:
    data = "No,Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo\n"
    data += "0,Norway,31007,7.95,2024-03-04 09:15:00,6,GARDEN GNOME,40213,801001\n"
    assert rows_of(written(tmp_path, data.encode())) == rows_of(written(tmp_path, lines(GOOD)))


def test_broken_rows_are_skipped_counted_and_named_by_line(caplog: pytest.LogCaptureFixture) -> None:
    rows, skipped = rows_of(DATA / "orders-broken.csv")
    assert ([row.invoice for row in rows], skipped) == (["801001", "801002", "801003"], 12)
    named = [record.args[1] for record in caplog.records if isinstance(record.args, tuple) and len(record.args) == 3]
    assert named == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16]
    assert caplog.messages[1].endswith("Quantity 'many' is not a number up to 1000000000; the row is skipped")
    assert caplog.messages[-1].endswith("12 rows were skipped")


def test_only_the_first_broken_rows_are_listed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _, skipped = rows_of(written(tmp_path, lines(*["x"] * 1000)))
    assert (skipped, len(caplog.messages)) == (1000, MAX_WARNINGS + 1)


def test_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    runaway = GOOD.replace("GARDEN", '"GARDEN')
    rows, skipped = rows_of(written(tmp_path, lines(GOOD, runaway, *[GOOD] * 5000)))
    assert (len(rows), skipped) == (5001, 1)
    rows, skipped = rows_of(written(tmp_path, lines(GOOD, runaway, GOOD)))
    assert (len(rows), skipped) == (2, 1)


@pytest.mark.parametrize("bad", ["x" * 1001, "x" * 200_000, "\n".join(["x" * 60_000] * 4)])
def test_an_absurdly_long_field_is_a_broken_row(bad: str, tmp_path: Path) -> None:
    row = GOOD.replace("GARDEN GNOME", f'"{bad}"')
    rows, skipped = rows_of(written(tmp_path, lines(GOOD, row, GOOD)))
    assert len(rows) == 2
    assert skipped >= 1


def test_a_file_is_read_in_constant_memory(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(lines(*[GOOD] * 50_000)))
    tracemalloc.start()
    count = sum(1 for _ in read(path, SkippedRows(path)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 50_000
    assert peak < 2_000_000


def _complaint(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        rows_of(path)
    return str(caught.value)


def test_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    assert _complaint(tmp_path / "no.csv") == f"There is no file {tmp_path / 'no.csv'}."


def test_a_directory_is_one_clear_sentence(tmp_path: Path) -> None:
    assert _complaint(tmp_path) == f"{tmp_path} is a directory; give a CSV file, plain, .gz or .xz."


def test_a_path_through_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN) / "more.csv"
    assert _complaint(path) == f"{path} cannot be read: Not a directory."


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, zstandard.compress])
def test_an_empty_file_is_one_clear_sentence(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path, pack(b""))
    assert _complaint(path) == f"{path} is empty."


@pytest.mark.parametrize(
    "data", [b"a,b\n1,2\n", b'"' * 9, b"\n", Random(1).randbytes(3000), PLAIN.decode().encode("utf-16")]
)
def test_another_kind_of_file_is_one_clear_sentence(data: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, b"?" + data)
    assert _complaint(path).startswith(
        f"{path} is not the Online Retail data: its first line names no column InvoiceNo, "
    )


def test_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN.replace(b"UnitPrice,", b""))
    assert _complaint(path) == f"{path} is not the Online Retail data: its first line names no column UnitPrice."


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstandard.compress])
def test_truncated_packed_file_is_reported(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path, pack(lines(*(f"{n}{GOOD}" for n in range(20_000))))[:-20])
    sentence = _complaint(path)
    assert sentence.startswith(f"{path} is cut short: its compressed data ends after ")
    assert sentence.endswith(" good rows.")


@pytest.mark.parametrize(
    ("pack", "reason"),
    [
        (gzip.compress, "Error -3 while decompressing data: incorrect data check"),
        (lzma.compress, "Corrupt input data."),
    ],
)
def test_damaged_packed_file_is_reported(pack: Callable[[bytes], bytes], reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, pack(lines(GOOD, GOOD))[:-8] + b"xxxxxxxx")
    assert _complaint(path).startswith(f"{path} is damaged after 0 good rows: {reason}")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=9)  # two of them stay below MAX_LINES
CP1252 = st.text(st.characters(codec="cp1252", exclude_characters="\r\n"), max_size=40)
NAME = st.text("ABC123", min_size=1, max_size=8)
MINUTES = st.integers(0, 2**26).map(lambda minutes: clock.to_datetime(minutes * clock.MINUTE).replace(tzinfo=None))
ROW = st.tuples(NAME, NAME, TEXT, st.integers(-99999, 99999), MINUTES, st.floats(-9e5, 9e5), st.just(""), TEXT)


def _us(date: datetime) -> str:
    return f"{date.month}/{date.day}/{date.year} {date.hour}:{date.minute:02}"


@given(
    rows=st.lists(ROW, max_size=8),
    write_date=st.sampled_from([str, _us]),
    end=st.sampled_from(["\n", "\r\n"]),
    pack=st.sampled_from([bytes, gzip.compress, lzma.compress]),
)
def test_csv_is_read_back_as_written(
    rows: list[tuple[str, str, str, int, datetime, float, str, str]],
    write_date: Callable[[datetime], str],
    end: str,
    pack: Callable[[bytes], bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(HEADER.split(","))
    writer.writerows([*row[:4], write_date(row[4]), *row[5:]] for row in rows)
    found, skipped = rows_of(written(tmp_path_factory.mktemp("csv"), pack(text.getvalue().encode())), US)
    assert [row[1:] for row in found] == [(*row[:4], row[4].isoformat(), *row[5:]) for row in rows]
    assert skipped == 0


@given(data=st.binary(max_size=400), pack=st.sampled_from([bytes, gzip.compress, lzma.compress]))
def test_reader_never_breaks_on_any_bytes_after_the_header(
    data: bytes, pack: Callable[[bytes], bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("csv"), pack(lines(GOOD) + data))
    rows, skipped = rows_of(path)
    assert brief(rows[:1]) == [("801001", "GARDEN GNOME", 6, "2024-03-04T09:15:00", 7.95, "31007")]
    assert len(rows) - 1 + skipped <= data.count(b"\n") + data.count(b"\r") + 1


@given(words=CP1252)
def test_windows_1252_is_decoded_correctly(words: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = io.StringIO()
    csv.writer(text).writerow(["1", "2", f"£{words}", 1, "12/1/2010 8:26", 2.5, "", "Norway"])
    data = lines() + text.getvalue().encode("cp1252")
    [row], _ = rows_of(written(tmp_path_factory.mktemp("csv"), data), US._replace(encoding="cp1252"))
    assert row.description == f"£{words}"


def test_the_real_file_is_read_whole(shared_data: Path) -> None:
    path = shared_data / "online_retail_2010-12_2011-04.csv.xz"
    skipped = SkippedRows(path)
    rows = list(online_retail.read(path, skipped))
    assert (len(rows), skipped.total) == (171_999, 0)
    assert (rows[0].customer, rows[0].date, rows[-1].date) == ("17850", "2010-12-01T08:26:00", "2011-04-28T19:53:00")
    assert sum(row.description.startswith("Dotcomgiftshop Gift Voucher £") for row in rows) > 10
