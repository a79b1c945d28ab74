"""manage.py quotes import: the exports of Stooq and Yahoo, and a table of several tickers."""

from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from applications.quotes import offering
from applications.quotes.models import Bar, Company
from tests.commands import exit_code

pytestmark = pytest.mark.django_db
STOOQ = "Date,Open,High,Low,Close,Volume\r\n2020-01-06,10,12,9,11,1000\r\n2020-01-07,10,12,9,11,\r\n"
YAHOO = (
    "Date,Open,High,Low,Close,Adj Close,Volume\n"
    "2020-01-06,10,12,9,11,5.5,1000\n2020-01-07,null,null,null,null,null,null\n"
)
BULK = (
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
    "AAPL.US,D,20200106,000000,10,12,9,11,1000,0\nSAP.DE,D,20200106,000000,10,12,9,11,1000,0\n"
)


def read(folder: Path, name: str, text: str, *words: str) -> int:
    (folder / name).write_text(text)
    return exit_code("quotes", "import", str(folder / name), *words)


def kept() -> list[tuple[str, int, float, int | None]]:
    return list(Bar.objects.order_by("ticker", "day").values_list("ticker", "day__day", "adj_close", "volume"))


@pytest.mark.parametrize(
    ("name", "text", "bars"),
    [
        ("aapl_us_d.csv", STOOQ, [("AAPL", 6, 11.0, 1000), ("AAPL", 7, 11.0, None)]),
        ("AAPL.csv", YAHOO, [("AAPL", 6, 5.5, 1000)]),
        ("2020.txt", BULK, [("AAPL", 6, 11.0, 1000), ("SAP.DE", 6, 11.0, 1000)]),
        ("x.csv", STOOQ.replace(",", ";"), [("X", 6, 11.0, 1000), ("X", 7, 11.0, None)]),
    ],
)
def test_file_is_read_into_bars(tmp_path: Path, name: str, text: str, bars: list[tuple[str, int, float, int]]) -> None:
    assert read(tmp_path, name, text) == 0
    assert read(tmp_path, name, text) == 0  # again: nothing changes
    assert kept() == bars
    assert sorted(Company.objects.values_list("ticker", flat=True)) == sorted({bar[0] for bar in bars})


def test_bad_lines_are_counted_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["6.1.2020,10,12,9,11,1", "2020-01-07,10,12,9", "2020-01-08,ten,12,9,11,1", "2020-01-09,10,2,9,11,1"]
    assert read(tmp_path, "a.csv", STOOQ + "".join(f"{row}\r\n" for row in rows), "--ticker", "aapl") == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "Line 4: date is '6.1.2020', not a day such as 2000-01-31.",
        "Line 5: 4 columns instead of 6.",
        "Line 6: open is 'ten', not a number.",
    ]
    assert out == "Kept 2 bars of a.csv; 4 lines left out.\n"


@pytest.mark.parametrize(
    ("name", "text", "says", "code"),
    [
        ("a.csv", "", "a.csv is empty.\n", 2),
        ("a.csv", "Date,Close\n", "a.csv has no column open, high, low; its first line is 'Date,Close'.\n", 2),
        (
            "my prices.csv",
            STOOQ,
            "prices.csv has no column with tickers, and its name is none: name it with --ticker.\n",
            2,
        ),
        ("a.csv", "<html>\n", "a.csv is a web page or XML, not a table", 2),
        ("a.csv", STOOQ.splitlines()[0] + "\nx,1,1,1,1,1\n", "No line of a.csv is a bar.\n", 1),
    ],
)
def test_file_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, name: str, text: str, says: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert read(tmp_path, name, text) == code
    assert says in capsys.readouterr().err
    assert kept() == []


def test_file_that_is_absent_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("quotes", "import", str(tmp_path / "no.csv")) == 2
    assert capsys.readouterr().err == f"{tmp_path}/no.csv cannot be read: No such file or directory.\n"


def test_years_of_several_tickers_are_read_from_a_packed_file(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("quotes", "import", str(shared_data / "stock_prices_daily.csv.gz")) == 0
    assert capsys.readouterr() == ("Kept 12,154 bars of stock_prices_daily.csv.gz.\n", "")
    counts = Counter(Bar.objects.values_list("ticker", flat=True))
    assert counts == {"AAPL": 3270, "FB": 196, "GOOG": 2148, "IBM": 3270, "MSFT": 3270}
    bar = Bar.objects.get(ticker="MSFT", day=date(2013, 3, 1))
    assert (bar.open, bar.high, bar.low, bar.close, bar.adj_close) == (27.72, 27.98, 27.52, 27.95, 24.684342419163)
    assert exit_code("quotes", "list") == 0
    assert capsys.readouterr().out.splitlines()[1] == "FB: 196 bars, 2012-05-18 to 2013-03-01."


def test_imported_bars_are_a_table_of_questions(tmp_path: Path) -> None:
    days = [date(2019, 1, 2), date(2019, 1, 3)]
    Bar.objects.bulk_create(
        Bar(ticker="AAPL", day=day, open=1, high=2, low=1, close=2, adj_close=2, source="file") for day in days
    )
    table = offering.table("quotes/bars")
    assert table is not None and table.make is not None
    rows = pq.read_table(table.make(tmp_path)[0]).to_pylist()
    assert (offering.names(), [row["day"] for row in rows], rows[0]["volume"]) == (["quotes/bars"], days[::-1], None)
