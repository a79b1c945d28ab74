"""CSV rows as records: JSON objects, with numbers where a cell is one."""

import csv
import io
import json
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.base import SourceError
from tests.ingest.files.opened import opened, read


def objects(path: Path, data: bytes, *words: str) -> tuple[list[Any], list[str]]:
    """Returns the rows of a CSV file as JSON text, and its notes."""
    entries, said = read(path / "a", "--format", "csv", "--random-key", *words, data=data)
    return [line.decode() for _, line in entries], said


FORMS: dict[str, tuple[bytes, list[str], list[str]]] = {  # by name: a file, options, the records
    "a header": (b"a,b\n1,x\n", [], ['{"a":1,"b":"x"}']),
    "named columns": (b"1,x\n", ["--columns", "a,b"], ['{"a":1,"b":"x"}']),
    "a byte order mark": (b"\xef\xbb\xbfa,b\r\n1,x\r\n", [], ['{"a":1,"b":"x"}']),
    "semicolons": (b"a;b\n1;x,y\n", [], ['{"a":1,"b":"x,y"}']),
    "tabs": (b"a\tb\n1\tx\n", [], ['{"a":1,"b":"x"}']),
    "a named delimiter": (b"a,c:b\n1:x\n", ["--delimiter", ":"], ['{"a,c":1,"b":"x"}']),
    "Excel's own line": (b"sep=|\r\na,c|b\r\n1|x\r\n", [], ['{"a,c":1,"b":"x"}']),
    "quotes": (b'"a","b"\n"1","say ""x"", y"\n', [], ['{"a":1,"b":"say \\"x\\", y"}']),
    "a quoted line break": (b'a,b\r\n1,"x\r\n\r\ny"\r\n2,z\r\n', [], ['{"a":1,"b":"x\\n\\ny"}', '{"a":2,"b":"z"}']),
    "a header of two lines": (b'a,"b\nc"\n1,x\n', [], ['{"a":1,"b\\nc":"x"}']),
    "empty lines": (b"\na,b\n\n1,x\n\n2,y\n", [], ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}']),
    "a column without a name": (b",b\n1,x\n", [], ['{"column_1":1,"b":"x"}']),
    "one column": (b"a\n1\nx\n", [], ['{"a":1}', '{"a":"x"}']),
    "names with quotes": (b'"a""",b\\c\n1,x\n', [], ['{"a\\"":1,"b\\\\c":"x"}']),
    "empty cells": (b"a,b\n,\n", [], ['{"a":"","b":""}']),
    "text": (b"a,b\n1,2.50\n", ["--text"], ['{"a":"1","b":"2.50"}']),
    "decimal commas": (
        b"a;b;c\n1.234,50;-0,5;1 000\n1,2,3;1.23;7\n",
        ["--decimal-comma"],
        ['{"a":1234.50,"b":-0.5,"c":1000}', '{"a":"1,2,3","b":"1.23","c":7}'],
    ),
    "another encoding": ("a,b\n1,\u0416\n".encode("cp1251"), ["--encoding", "cp1251"], ['{"a":1,"b":"\u0416"}']),
    "Windows-1252": (b"a,b\n1,caf\xe9\n2,\xc3\xa9\n", [], ['{"a":1,"b":"caf\u00e9"}', '{"a":2,"b":"\u00e9"}']),
    "UTF-16": ("a,b\n1,\u0416\n".encode("utf-16"), [], ['{"a":1,"b":"\u0416"}']),
    "the ends of lines of an old Mac": (b"a,b\r1,x\r", [], ['{"a":1,"b":"x"}']),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_of_csv_is_read(name: str, tmp_path: Path) -> None:
    data, words, expected = FORMS[name]
    assert objects(tmp_path, data, *words) == (expected, [])


NUMBERS = [
    "0",
    "1",
    "-1",
    "42",
    "2.50",
    "-0.5",
    "0.00",
    "123456789012345",
    "1.10",
    "12345678901234.5",
    "0.00000000000001",
]
TEXTS = ["", "007", "+1", "1e5", ".5", "5.", "1,5", "1_0", " 1", "1 ", "0x1", "NaN", "\u0661", "1234567890123456",
         "--1", "123456789012345.6", "true", "null", "1" * 99]  # fmt: skip


@pytest.mark.parametrize("cells", [NUMBERS, TEXTS, NUMBERS + TEXTS, *([each] for each in NUMBERS + TEXTS)])
def test_a_cell_is_a_number_only_if_readers_keep_it(cells: list[str], tmp_path: Path) -> None:
    data = "a\tb\n" + "".join(f"x\t{cell}\n" for cell in cells)
    rows, _ = objects(tmp_path, data.encode())
    expected = [cell if cell in NUMBERS else json.dumps(cell, ensure_ascii=False) for cell in cells]
    assert rows == [f'{{"a":"x","b":{cell}}}' for cell in expected]


def test_the_key_is_the_cell_as_it_is_written(tmp_path: Path) -> None:
    data = b'id,b\n1.10,x\n007,"y\nz"\n,x\n%s,x\n' % (b"k" * 257)
    entries, said = read(tmp_path / "a.csv", "--key", "id", data=data)
    assert entries == [("1.10", b'{"id":1.10,"b":"x"}'), ("007", b'{"id":"007","b":"y\\nz"}')]
    reason = "its partition key has not 1 to 256 characters"
    assert said[1:] == [
        f"FILE, line 5: {reason} (0 characters); the line is skipped.",
        f"FILE, line 6: {reason} (257 characters); the line is skipped.",
    ]


BROKEN: dict[str, tuple[bytes, str]] = {  # the middle of a file, and why its first line is skipped
    "too few cells": (b"1", "it has not as many columns as the header (1, not 2)"),
    "too many cells": (b"1,2,3", "it has not as many columns as the header (3, not 2)"),
    "an open quote": (b'1,"x', "a quote is not closed (within 200 lines or the end of the file)"),
    "a quote that goes on": (b'1,"x"y', "its quotes do not fit CSV (',' expected after '\"')"),
    "a NUL": (b"1,\0", "it has a NUL character"),
    "another encoding": (
        "1,\u0416\u0416\u0416\u0416".encode("cp1251"),
        "it is neither UTF-8 nor plainly Windows-1252 (say --encoding)",
    ),
    "a huge cell": (
        b"1," + b"x" * (1 << 20),
        "its record is larger than 1,048,576 bytes with its key (1,048,606 bytes)",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_costs_its_own_line_only(name: str, tmp_path: Path) -> None:
    line, reason = BROKEN[name]
    rows, said = objects(tmp_path, b"a,b\n1,x\n" + line + b"\n2,y\n3,z\n")
    assert rows == ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}', '{"a":3,"b":"z"}']
    assert said == [f"FILE, line 3: {reason}; the line is skipped."]


REFUSED = {
    b"a,a\n1,2\n": "has two columns called 'a': name all with --columns A,B,C.",
    b"\n\n": "has no header: say --columns A,B,C.",
    b'a,"b\n' + b"1,2\n" * 300: "has a header that cannot be read: a quote is not closed.",
    b"a," * 10_001 + b"\n": "has more than 10,000 columns.",
}


@pytest.mark.parametrize("data", REFUSED, ids=lambda data: data[:9].decode())
def test_a_header_that_names_no_columns_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        objects(tmp_path, data)
    assert str(caught.value) == f"{tmp_path}/a {REFUSED[data]}"


def test_short_rows_below_long_names_are_made_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"n" * (1 << 19) + b"\n" + b"1\n" * 1000)
    tracemalloc.start()
    source = opened(tmp_path / "a.csv", "--random-key")
    sizes = [len(source.take(4096)) for _ in range(3)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    source.end()
    assert (sizes, peak < 64 << 20) == ([21, 21, 21], True)


def test_an_unknown_key_is_refused_with_the_known_columns(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"has no column 'c' for --key; there are: 'a', 'b'\."):
        read(tmp_path / "a.csv", "--key", "c", data=b"a,b\n1,2\n")


def test_wrong_delimiter_is_named_beside_the_column_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there are: 'a;b'\. The first line looks parted by ';', not by ','\.$"):
        read(tmp_path / "a.csv", "--key", "a", "--delimiter", ",", data=b"a;b\n1;2\n")


@pytest.mark.parametrize(
    ("data", "options", "hints"),
    [
        (b"a;b\nx;1.234,50\n", [], ["FILE has cells such as '1.234,50', which stay text"]),
        (b"a;b\nx;1.234,50\n", ["--decimal-comma"], []),
        (b"a;b\nx;1.234,50\n", ["--text"], []),
        (b'a,b\nx,"1,5"\n', [], []),
        (b"a;b\nx;1,2,3\n", [], []),
    ],
)
def test_decimal_commas_that_stay_text_are_told(
    tmp_path: Path, data: bytes, options: list[str], hints: list[str]
) -> None:
    _, said = read(tmp_path / "a.csv", "--key", "a", "--format", "csv", *options, data=data)
    assert said == [f"{hint}; --decimal-comma makes them numbers." for hint in hints]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8) | st.sampled_from(NUMBERS)
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=30)
)
WRITERS = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


@given(table=TABLE, quoting=WRITERS, ends=st.sampled_from(["\n", "\r\n"]), delimiter=st.sampled_from(",;\t|"))
def test_rows_are_those_that_a_writer_wrote(table: list[list[str]], quoting: Any, ends: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=ends, delimiter=delimiter).writerows(table)
    names = [f"n{place}" for place in range(len(table[0]))]
    with TemporaryDirectory() as folder:
        words = ["--columns", ",".join(names), "--delimiter", delimiter, "--text"]
        rows, said = objects(Path(folder), text.getvalue().encode(), *words)
    assert ([list(json.loads(row).values()) for row in rows], said) == (table, [])
