"""The records of a file, and the schema with its evidence as a file for --schema."""

from pathlib import Path

import pytest

from sql.folder import FolderError, read_schema
from sql.offline.discovering import found_in, records_of, schema_lines
from sql.schema.discovery import discover


@pytest.mark.parametrize(
    ("content", "field", "records"),
    [
        (b'{"a":1}\n\n{"a":2}\n', "", [b'{"a":1}', b'{"a":2}']),
        (b'{"arrived":0,"key":"k","data":{"a":1}}\n', "", [b'{"a":1}']),
        (b'{"arrived":0,"data":"1,2"}\n', "", [b"1,2"]),
        (b'{"t":5,"a":1}\n', "t", [b'{"t":5,"a":1}']),
        (b'[{"a":1},\n{"a":2}]\n', "", [b'[{"a":1},\n{"a":2}]\n']),
        (b"\xef\xbb\xbfid,name\r\n1,x\r\n", "", [b"id,name\n1,x"]),
        (b"", "", [b""]),
    ],
)
def test_records_of_a_file_are_its_lines_or_the_whole(
    tmp_path: Path, content: bytes, field: str, records: list[bytes]
) -> None:
    (tmp_path / "records").write_bytes(content)
    assert records_of(tmp_path / "records", field) == records


def test_told_gives_the_evidence_beside_each_column() -> None:
    records = [b'{"price":1.5,"USER":"x"}'] * 19 + [b'{"price":"n/a\\n","USER":null}', b'{"pri']
    assert list(schema_lines(found_in(records))) == [
        "# From 21 records with 20 rows.",
        "# 1 record cannot be read. Record 21: The record is not JSON at character 1: Unterminated string starting at.",
        'format = "json"',
        'row_path = "$"',
        "",
        "[[columns]]",
        "# 20 of 20 rows have it (100.0%): 19 numbers with a fraction, 1 text",
        "# such as '1.5', 'n/a\\n'",
        "# Conflict: 1 of 20 are text, such as 'n/a\\n'.",
        "# It has fractions, and DOUBLE is approximate; for exact sums write DECIMAL(p,s).",
        'name = "price"',
        'type = "DOUBLE"',
        'mapping = "$.price"',
        "",
        "[[columns]]",
        "# 19 of 20 rows have it (95.0%): 19 text",
        "# In the records it is called 'USER'.",
        "# such as 'x'",
        'name = "COL_USER"',
        'type = "VARCHAR(32)"',
        'mapping = "$.USER"',
    ]


def test_told_is_the_schema_itself() -> None:
    for records in ([b'{"a":{"b":[1]},"USER":true}'], [b"id;price\n1;2.5\n2;3.5\n"]):
        found = discover(records)
        assert read_schema("\n".join(schema_lines(found))) == found.schema


def test_records_without_a_schema_are_refused_with_a_sentence() -> None:
    with pytest.raises(FolderError, match="No schema can be discovered"):
        found_in([b""])
