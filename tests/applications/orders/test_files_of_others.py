"""Online Retail files as other people's programs write them: each is read rightly, or refused with the true reason."""

import bz2
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from applications.orders.online_retail import SkippedRows, read
from streams.sources.base import SourceError
from streams.sources.dates import Order
from streams.sources.tables import Form

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = [
    ("801001", "40213", "GNOME", 6, "2011-03-04T09:15:00", 2.55, "31007", "Norway"),
    ("801002", "40214", "TIN", 1200, "2011-03-13T18:05:00", 1234.5, "", "Norway"),
]
DATES = {
    "iso": ("2011-03-04 09:15:00", "2011-03-13 18:05:00"),
    "iso short": ("2011-03-04 09:15", "2011-03-13T18:05Z"),
    "iso slashes": ("2011/03/04 09:15", "2011/3/13 18:05"),
    "iso compact": ("20110304 09:15", "20110313 18:05"),
    "us": ("3/4/2011 9:15", "3/13/2011 18:05"),
    "us pm": ("3/4/2011 9:15:00 AM", "3/13/2011 6:05:00 PM"),
    "us two digits": ("3/4/11 9:15", "3/13/11 18:05"),
    "uk": ("04/03/2011 09:15", "13/03/2011 18:05"),
    "dashes": ("04-03-2011 09:15", "13-03-2011 18:05"),
    "dots": ("04.03.2011 9:15", "13.03.2011 18:05"),
    "dots all": ("04.03.2011 09.15", "13.03.2011 18.05.00"),
    "named": ("4-Mar-2011 09:15", "13 March 2011 6:05 pm"),
    "named us": ("Mar 4, 2011 9:15 AM", "March 13, 2011 18:05"),
    "excel": ("40606.385416666664", "40615.753472222219"),
    "epoch s": ("1299230100", "1300039500"),
    "epoch ms": ("1299230100000", "1300039500000"),
}


def table(first: str, second: str, header: str = HEADER, delimiter: str = ",") -> str:
    return "\n".join((header.replace(",", delimiter), first, second, ""))


def with_dates(first: str, second: str) -> str:
    first, second = (f'"{each}"' if "," in each else each for each in (first, second))
    return table(f"801001,40213,GNOME,6,{first},2.55,31007,Norway", f"801002,40214,TIN,1200,{second},1234.50,,Norway")


ISO = with_dates(*DATES["iso"])
PARTS = (
    "801001;40213;GNOME;6;2011-03-04 09:15;2,55;31007;Norway",
    "801002;40214;TIN;1.200;2011-03-13 18:05;1.234,50;;Norway",
)
TEXTS = {f"dates {name}": with_dates(*dates) for name, dates in DATES.items()} | {
    "semicolons, decimal comma": table(*PARTS, delimiter=";"),
    "semicolons": ISO.replace(",", ";"),
    "tabs": ISO.replace(",", "\t"),
    "bars": ISO.replace(",", "|"),
    "sep": "sep=,\n" + ISO,
    "sep semicolon": "sep=;\n" + ISO.replace(",", ";"),
    "blank lines first": "\n\n,,,,\n" + ISO,
    "pounds": ISO.replace("2.55", "£2.55").replace("1234.50", '"£1,234.50"'),
    "thousands": ISO.replace("1234.50", '"1,234.50"').replace("1200", '"1,200"'),
    "swiss": ISO.replace("1234.50", "1'234.50").replace("1200", "1 200"),
    "blank after comma": ISO.replace(",", ", "),
    "blank before quote": ISO.replace(",TIN", ', "TIN"'),
    "cr": ISO.replace("\n", "\r"),
    "crlf": ISO.replace("\n", "\r\n"),
    "retail ii": ISO.replace("InvoiceNo", "Invoice").replace("UnitPrice", "Price").replace("CustomerID", "Customer ID"),
    "snake": ISO.replace(
        HEADER, "invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country"
    ),
    "shouted": ISO.replace(HEADER, HEADER.upper()),
    "quoted header": ISO.replace(HEADER, ",".join(f'"{name}"' for name in HEADER.split(","))),
    "index": "\n".join(f"{n},{line}" if n else f",{line}" for n, line in enumerate(ISO.splitlines())) + "\n",
    "floats": ISO.replace("31007", "31007.0").replace(",6,", ",6.0,"),
}


def sheet(rows: list[str], *, shared: bool = False) -> bytes:
    """A workbook as small as one can be; numbers are numbers, other cells are texts."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    texts: list[str] = []

    def cell(text: str) -> str:
        if text.replace(".", "").isdigit():
            return f"<c><v>{text}</v></c>"
        texts.append(text)
        kind = f't="s"><v>{len(texts) - 1}</v>' if shared else f't="inlineStr"><is><t>{text}</t></is>'
        return f"<c {kind}</c>" if text else "<c/>"

    lines = "".join(f"<row>{''.join(map(cell, row.split(',')))}</row>" for row in rows)
    parts = {
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{links}"><sheets><sheet r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Links><Relationship Id="r1" Target="worksheets/a.xml"/></Links>',
        "xl/worksheets/a.xml": f"<worksheet {space}><sheetData>{lines}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {space}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
    }
    return zipped(**{name: text.encode() for name, text in parts.items()})


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


EXCEL = with_dates(*DATES["excel"]).splitlines()
FILES: dict[str, bytes] = {name: text.encode() for name, text in TEXTS.items()} | {
    "bom": b"\xef\xbb\xbf" + ISO.encode(),
    "utf-16": ISO.encode("utf-16"),
    "utf-16-le": ISO.encode("utf-16-le"),
    "utf-16-be tabs": ISO.replace(",", "\t").encode("utf-16-be"),
    "cp1252": TEXTS["pounds"].encode("cp1252"),
    "bz2": bz2.compress(ISO.encode()),
    "gz": gzip.compress(ISO.encode()),
    "zip": zipped(**{"data.csv": ISO.encode(), "__MACOSX/._data.csv": b"x"}),
    "xlsx": sheet(EXCEL),
    "xlsx shared": sheet(EXCEL, shared=True),
    "xlsx in zip": zipped(**{"Online Retail.xlsx": sheet(EXCEL, shared=True)}),
}


def rows_of(folder: Path, data: bytes, form: Form = Form()) -> tuple[list[tuple[object, ...]], int]:  # noqa: B008
    path = folder / "data"
    path.write_bytes(data)
    skipped = SkippedRows(path)
    return [(*row[1:5], row[5].removesuffix("+00:00"), *row[6:]) for row in read(path, skipped, form)], skipped.total


def refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(SourceError) as refused:
        rows_of(folder, data)
    return str(refused.value).removeprefix(f"{folder / 'data'} ")


@pytest.mark.parametrize("name", FILES)
def test_file_is_read_correctly(name: str, tmp_path: Path) -> None:
    assert rows_of(tmp_path, FILES[name]) == (ROWS, 0)


REFUSED: dict[str, tuple[bytes, str]] = {
    "dates": (
        with_dates("04/03/2011 09:15", "05/03/2011 09:15").encode(),
        "has dates such as '04/03/2011 09:15', and none",
    ),
    "both": (with_dates("13/03/2011 09:15", "3/13/2011 09:15").encode(), "has dates of both orders"),
    "turkish": (
        ISO.replace("GNOME", "KUŞ").encode("cp1254"),
        "has text that is neither UTF-8 nor plainly Windows-1252",
    ),
    "japanese": (ISO.replace("GNOME", "カップ").encode("cp932"), "has text that is neither UTF-8 nor"),
    "russian": (ISO.replace("GNOME", "ГНОМ").encode("cp1251"), "has text that is neither UTF-8 nor"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old Excel file (.xls)"),
    "parquet": (b"PAR1" + bytes(99), "is a Parquet file"),
    "html": (b"\n<!DOCTYPE html><html>", "is a web page or XML"),
    "json": (b'[{"InvoiceNo": 1}]', "is JSON"),
    "two files": (zipped(a=b"1", b=b"2"), "is a .zip of 2 files ('a', 'b')"),
    "broken zip": (b"PK\x03\x04" + bytes(99), "is a damaged .zip"),
    "ods": (zipped(mimetype=b"x"), "is a LibreOffice file"),
    "bomb": (
        zipped(**{"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}),
        "is a workbook with a document type",
    ),
    "empty": (b"\n\n", "is empty."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_for_its_true_reason(name: str, tmp_path: Path) -> None:
    data, reason = REFUSED[name]
    assert refusal(tmp_path, data).startswith(reason)


@pytest.mark.parametrize(("order", "iso"), [(Order.DAY_FIRST, "2011-03-04"), (Order.MONTH_FIRST, "2011-04-03")])
def test_date_order_option_is_used(order: Order, iso: str, tmp_path: Path) -> None:
    data = with_dates("04/03/2011 09:15", "04/03/2011 09:15").encode()
    rows, skipped = rows_of(tmp_path, data, Form(order))
    assert ([row[4] for row in rows], skipped) == ([f"{iso}T09:15:00"] * 2, 0)


def test_encoding_option_is_used(tmp_path: Path) -> None:
    rows, _ = rows_of(tmp_path, ISO.replace("GNOME", "カップ").encode("cp932"), Form(encoding="cp932"))
    assert rows[0][2] == "カップ"


def test_date_order_is_settled_by_a_day_far_down(tmp_path: Path) -> None:
    line = "1,1,X,1,04/03/2011 08:26,2.5,1,UK\n"
    data = f"{HEADER}\n{line * 20_000}{line.replace('04/03', '13/03')}".encode()
    rows, skipped = rows_of(tmp_path, data)
    assert (rows[0][4], len(rows), skipped) == ("2011-03-04T08:26:00", 20_001, 0)


def test_backslash_before_a_quote_is_accepted(tmp_path: Path) -> None:
    rows, skipped = rows_of(tmp_path, ISO.replace("GNOME", '"SEED \\"TIN\\", X"').encode())
    assert ([row[2] for row in rows], skipped) == (['SEED "TIN", X', "TIN"], 0)


def test_ambiguous_number_is_refused(tmp_path: Path) -> None:
    data = ISO.replace("2.55", "2").replace("1234.50", "3").replace("1200", '"1,200"')
    rows, skipped = rows_of(tmp_path, data.encode())
    assert (len(rows), skipped) == (1, 1)


def test_reasons_are_summed_up_with_their_first_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = ISO + "1,1,X,many,2011-03-04,2.5,1,UK\n" + "1,2\n" + "1,1,X,few,2011-03-04,2.5,1,UK\n"
    assert rows_of(tmp_path, data.encode())[1] == 3
    assert caplog.messages[-1] == (
        f"{tmp_path / 'data'}: 2 × Quantity is not a number up to 1000000000 (first in line 4);"
        " 1 × columns instead of 8 (first in line 5): 3 rows were skipped"
    )
