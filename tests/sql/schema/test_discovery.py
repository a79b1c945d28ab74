"""The schema that a sample of records shows, and the evidence for it."""

import json
from typing import Any

import pytest

from sql.folder import read_schema, schema_to_toml
from sql.schema.decoding import Decoder
from sql.schema.discovery import Discovery, discover
from sql.schema.faults import SchemaError
from sql.schema.names import column_name


def found(*records: Any) -> Discovery:
    return discover([json.dumps(record).encode() for record in records])


def types_of(discovery: Discovery) -> dict[str, str]:
    return {column.name: str(column.type) for column in discovery.schema.columns}


def mappings(discovery: Discovery) -> dict[str, str]:
    return {column.name: column.mapping for column in discovery.schema.columns}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None, -5], "INTEGER"),
        ([1, 2**30 + 1], "BIGINT"),
        ([2**63], "DOUBLE"),
        ([1, 2.5], "DOUBLE"),
        ([True, False], "BOOLEAN"),
        (["2016-07-19 17:05:00.0", "2016-07-19T17:05:00Z"], "TIMESTAMP"),
        (["2016-07-19", "x"], "VARCHAR(64)"),
        (["x"], "VARCHAR(32)"),
        (["x" * 8], "VARCHAR(32)"),
        (["x" * 9], "VARCHAR(64)"),
        (["x" * 60_000], "VARCHAR(65535)"),
        ([None], "VARCHAR(32)"),
        ([[1, 2]], "VARCHAR(32)"),
        (["1"], "VARCHAR(32)"),
    ],
)
def test_a_type_holds_the_values_with_room_to_spare(values: list[Any], kind: str) -> None:
    assert types_of(found(*({"v": value} for value in values))) == {"v": kind}


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("price", "price"),
        ("USER", "COL_USER"),
        ("USER@DOMAIN", "COL_USERDOMAIN"),
        ("@@", "COL_0"),
        ("timestamp", "COL_timestamp"),
        ("year", "COL_year"),
        ("1st", "COL_1st"),
        ("größe", "COL_gre"),
        ("x" * 101, "COL_" + "x" * 96),
    ],
)
def test_names_follow_the_rules_of_the_service(original: str, name: str) -> None:
    assert column_name(original, 0) == name


def test_exceptions_are_counted_with_an_example_of_each_kind() -> None:
    discovery = found(*({"v": number} for number in range(183)), *[{"v": "n/a"}] * 17, {"other": 1})
    (column, _) = discovery.columns
    assert (str(column.column.type), [str(conflict) for conflict in column.conflicts]) == (
        "INTEGER",
        ["17 of 200 are text, such as 'n/a'"],
    )
    assert (column.filled, column.of, column.kinds, column.examples) == (
        200,
        201,
        {"whole numbers": 183, "text": 17},
        ("0", "1", "2", "3", "4"),
    )


def test_nested_objects_and_one_array_of_objects_become_columns() -> None:
    record = {"a": {"b": {"c d": 1}}, "items": [{"n": 1, "tags": [1]}, {"n": 2.5}], "A_B": "x", "a_b": 1}
    discovery = found(record)
    assert mappings(discovery) == {
        "COL_a_b_cd": "$.a.b['c d']",
        "items_n": "$.items[0:].n",
        "items_tags": "$.items[0:].tags",
        "A_B": "$.A_B",
        "a_b": "$.a_b",
    }
    decoder = Decoder(discovery.schema)
    rows = decoder.as_tuples(decoder.decode([json.dumps(record).encode()]).rows)
    assert rows == [(1, 1.0, "[1]", "x", 1), (1, 2.5, None, "x", 1)]
    assert (discovery.columns[1].filled, discovery.columns[1].of) == (2, 2)


def test_several_arrays_of_objects_are_texts() -> None:
    discovery = found({"a": [{"x": 1}], "b": [{"y": 1}]})
    assert mappings(discovery) == {"a": "$.a", "b": "$.b"}
    assert discovery.notes[0].startswith("There are several arrays of objects")


def test_records_that_cannot_be_read_are_counted_and_the_rest_is_used() -> None:
    discovery = discover([b'{"a":1}{"a":2}', b"[{}]", b'{"a":', b'[{"a":3},7]'])
    assert (discovery.rows, discovery.refused_count, discovery.refused[0][0]) == (4, 1, 2)
    assert types_of(discovery) == {"a": "INTEGER"}


def test_a_file_with_a_header_gives_names_and_types() -> None:
    lines = b"id;name;when;price;zip\r\n1;x;2016-07-19;1.5;01234\r\n2;;2016-07-20;;99999\r\n" + b"3;;;;9\r\n" * 20
    discovery = discover([lines])
    assert types_of(discovery) == {
        "id": "INTEGER",
        "name": "VARCHAR(32)",
        "COL_when": "TIMESTAMP",
        "price": "DOUBLE",
        "zip": "VARCHAR(32)",
    }
    schema = discovery.schema
    assert (schema.format, schema.column_delimiter, schema.row_delimiter, schema.skip_header) == (
        "csv",
        ";",
        "\r\n",
        True,
    )
    assert [row.c1 for row in Decoder(schema).decode([lines]).rows] == ["x", *[""] * 21]


def test_records_of_csv_without_a_header_are_numbered() -> None:
    discovery = discover([b"x,1\n", b'"y,z",2\n', b"w,3\n"])
    assert (types_of(discovery), discovery.schema.skip_header) == ({"COL_0": "VARCHAR(32)", "COL_1": "INTEGER"}, False)


def test_other_lines_are_one_text() -> None:
    discovery = discover([b"something happened", b"and, then, again"])
    assert (types_of(discovery), discovery.schema.format) == ({"LINE": "VARCHAR(128)"}, "csv")
    assert [row.c0 for row in Decoder(discovery.schema).decode([b"and, then"]).rows] == ["and, then"]


@pytest.mark.parametrize("records", [[], [b""], [b"\xff\xfe"], [b"{}"], [b'{"a":']])
def test_records_that_show_nothing_are_refused_with_a_sentence(records: list[bytes]) -> None:
    with pytest.raises(SchemaError, match=r"no record|No schema can be discovered"):
        discover(records)


def test_a_discovered_schema_is_written_as_a_schema_file() -> None:
    schema = found({"USER": "x", "at": {"lat": 1.5}}).schema
    assert read_schema(schema_to_toml(schema)) == schema
