"""Records into rows: the fast readers against the walk, several rows a record, gzip, CSV, and counts of cut texts."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql import types
from sql.schema import documents
from sql.schema.columns import Column, Schema
from sql.schema.decoding import Decoded, Decoder, _unread
from sql.schema.faults import SchemaError
from sql.types import Kind, Type

TEXT, INT = types.varchar(8), types.INTEGER
PAIR = Schema((Column("a", TEXT, "$.a"), Column("n", INT, "$.n")))
FLAT = Schema((Column("a", TEXT, "$.a"), Column("n", INT, "$.items[0:].n")))


def rows(schema: Schema, *datas: bytes, **options: Any) -> list[tuple[Any, ...]]:
    decoder = Decoder(schema, **options)
    return decoder.as_tuples(decoder.decode(datas).rows)


def faults(schema: Schema, *datas: bytes) -> list[tuple[int, str]]:
    return [(place, str(error)) for place, error in Decoder(schema).decode(datas).refused]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":"x","n":1}{"a":"y","n":2}',
        b'{"a":"x","n":1}\n\n{"a":"y","n":2}\r\n',
        b'{"a":"x",\n"n":"1"} {"a":"y","n":2.0}',
        b'[{"a":"x","n":1},\n {"a":"y","n":2}]',
        b'\xef\xbb\xbf{"a":"x","n":1}\n{"a":"y","n":2}',
        gzip.compress(b'{"a":"x","n":1}\n{"a":"y","n":2}', mtime=0),
        gzip.compress(b'{"a":"x","n":1}', mtime=0) + gzip.compress(b'{"a":"y","n":2}', mtime=0),
    ],
)
def test_a_record_of_several_documents_gives_a_row_for_each(data: bytes) -> None:
    one = b'{"a":"z"}'
    decoder = Decoder(PAIR)
    found = decoder.decode([one, data, one])
    assert decoder.as_tuples(found.rows) == [("z", None), ("x", 1), ("y", 2), ("z", None)]
    assert (found.places, found.refused) == ([0, 1, 1, 2], [])


def test_a_packed_record_of_one_document_is_one_row() -> None:
    found = Decoder(PAIR).decode([gzip.compress(b'{"a":"x"}'), b'{"a":"y"}'])
    assert ([row.c0 for row in found.rows], found.places) == (["x", "y"], None)


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'{"a":"x","items":[{"n":1},{"n":"2"},{}]}', [1, 2, None]),
        (b'{"a":"x","items":[]}', [None]),
        (b'{"a":"x"}', [None]),
        (b'{"a":"x","items":null}', [None]),
        (b'{"a":"x","items":{"n":7}}', [7]),
        (b'{"a":"x","items":[3,null]}', [None, None]),
    ],
)
def test_an_array_is_flattened_to_a_row_an_element(data: bytes, values: list[int | None]) -> None:
    assert rows(FLAT, data) == [("x", value) for value in values]


def test_a_row_path_leads_to_the_rows() -> None:
    schema = Schema(PAIR.columns, row_path="$.list[0:]")
    assert rows(schema, b'{"list":[{"a":"x"},{"n":1}]}', b'{"list":[]}') == [("x", None), (None, 1)]
    assert faults(schema, b'{"other":1}') == [(0, "The record has nothing under the row path.")]
    nested = Schema(PAIR.columns, row_path="$.x['y z']")
    assert rows(nested, b'{"x":{"y z":{"a":"x","n":1}}}', b'{"x":{"y z":[{"a":"y"}]}}') == [("x", 1), ("y", None)]


def test_arrays_objects_and_whole_rows_are_texts_without_blanks() -> None:
    columns = [
        Column(name, types.VARCHAR, path)
        for name, path in (("a", "$.a[0:]"), ("o", "$['o']"), ("r", "$"), ("i", "$.a[1]"))
    ]
    data = b'{"a": [1, 2.50],\n"o": {"p" : "q r"}}'
    assert rows(Schema(tuple(columns)), data) == [("[1,2.50]", '{"p":"q r"}', '{"a":[1,2.50],"o":{"p":"q r"}}', "2.50")]


@pytest.mark.parametrize("paths", [("$.a[0:].x", "$.b[0:].x"), ("$.a[0:].x[0:].y",), ("$.a..b",), ("$.a[",)])
def test_paths_that_cannot_be_followed_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(SchemaError, match="Column c"):
        Decoder(Schema(tuple(Column(f"c{number}", INT, path) for number, path in enumerate(paths))))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The record is empty."),
        (b" \n", "The record is empty."),
        (b"7", "The record holds a number where a row has to be an object."),
        (b'{"a":1', "The record is not JSON at character 6: Expecting ',' delimiter."),
        (b'{"a":"\xff"}', "The record is not UTF-8."),
        (b"[" * 100_000, "The record is JSON that is nested too deeply."),
        (b"\x1f\x8b\x08", "The record is gzip that breaks off before its end."),
        (b"\x1f\x8bxxxxxxxxxxxxx", "The record begins as gzip does, and cannot be unpacked."),
        (
            gzip.compress(b" " * (documents.UNPACKED_MOST + 1), mtime=0),
            "The record has more than 16777216 bytes when it is unpacked.",
        ),
        (b"{}" * 100_001, "The record holds more than 100000 rows."),
    ],
)
def test_a_record_that_cannot_be_read_is_refused_with_the_reason(data: bytes, sentence: str) -> None:
    found = faults(PAIR, b"{}", data)
    assert [place for place, _ in found] == [1]
    assert found[0][1].startswith(sentence.removesuffix("."))


@pytest.mark.parametrize("data", [b"[%s]", b'{"items":[%s]}'])
def test_a_record_has_a_bound_of_rows(data: bytes) -> None:
    schema = FLAT if b"items" in data else PAIR
    found = Decoder(schema, rows_most=3).decode(
        [data % b"{},{},{}", data % b'{},{"n":"x"},{},{},{},{}', data % b"{},{},{},{}"]
    )
    assert found.places == [0] * 3 + [1] * 3 + [2] * 3
    assert [place for place, error in found.refused if "more than 3 rows" in str(error)] == [1, 2]


def test_the_rows_before_a_fault_in_a_record_are_kept() -> None:
    found = Decoder(PAIR).decode([b'{"n":1}{"n":"x"}{"n":3}{"n":'])
    assert ([row.c1 for row in found.rows], [place for place, _ in found.refused]) == ([1, 3], [0, 0])


def test_texts_that_were_cut_are_counted_once_each() -> None:
    decoder = Decoder(PAIR)
    long = [b'{"a":"123456789","n":%s}' % number for number in (b"1", b'"2"', b"3.5", b"4")] * 20
    found = decoder.decode(long)
    assert (found.cut, {row.c0 for row in found.rows}) == ({"a": 60}, {"12345678"})
    assert Decoder(PAIR, cut=False).decode(long[:1]).refused[0][1].fault == "COERCION"


def test_a_column_that_may_not_be_null_refuses_the_row() -> None:
    schema = Schema((Column("a", TEXT, "$.a", not_null=True), Column("n", INT, "$.x.n", not_null=True)))
    assert rows(schema, b'{"a":"x","x":{"n":1}}') == [("x", 1)]
    found = faults(schema, b'{"a":null,"x":{"n":1}}', b'{"a":"x","x":{}}', b'{"a":"x"}')
    assert found == [(n, f"Column {name} is NULL, which it may not be.") for n, name in enumerate("ann")]


def test_extra_columns_come_after_the_declared_ones_which_replace_them() -> None:
    schema = Schema((*PAIR.columns, Column("SHARD_ID", TEXT, "$.s")))
    decoder = Decoder(schema, {"SHARD_ID", "PARTITION_KEY"})
    found = decoder.decode([b'{"a":"x","c3":5}', b'{"s":"y"}{"s":"z"}'], {"PARTITION_KEY": ["k", "l"]})
    assert decoder.columns == ("a", "n", "SHARD_ID", "PARTITION_KEY")
    assert decoder.as_tuples(found.rows) == [("x", None, None, "k"), (None, None, "y", "l"), (None, None, "z", "l")]


def test_a_column_learns_the_types_that_come_often() -> None:
    decoder = Decoder(PAIR)
    decoder.decode([b'{"a":5,"n":"6"}'] * 20)
    assert decoder._levels == [1, 1]
    decoder.decode([b'{"a":[5],"n":"6"}'] * 20)
    assert decoder._levels == [2, 1]


CSV = Schema((Column("t", TEXT), Column("n", INT), Column("d", types.TIMESTAMP)), "csv")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"x,1,1970-01-01\n", [("x", 1, 0)]),
        (b"x,1,1970-01-01,more", [("x", 1, 0)]),
        (b"x,1\r\ny,,1970-01-01\r\n", [("x", 1, None), ("y", None, 0)]),
        (b'"x,""y""",1,', [('x,"y"', 1, None)]),
        (b'"two\nlines",1\n\n', [("two\nline", 1, None)]),
        (b',2,"1970-01-01"', [("", 2, 0)]),
        (b'x"y,3,', [('x"y', 3, None)]),
    ],
)
def test_a_row_of_csv_goes_by_position(data: bytes, expected: list[tuple[Any, ...]]) -> None:
    assert rows(CSV, data) == expected


def test_csv_delimiters_may_have_several_characters_and_a_header_is_left_out() -> None:
    schema = Schema(CSV.columns, "csv", row_delimiter="##", column_delimiter="||", skip_header=True)
    assert rows(schema, b"T||n||d##x||1##y||2##") == [("x", 1, None), ("y", 2, None)]
    assert rows(schema, b"x||1", b"t||n||d") == [("x", 1, None)]
    assert faults(CSV, b"t,n,d") == [(0, "The value 'n' of column n is not a number.")]


LEAVES = [
    INT,
    TEXT,
    types.varchar(2),
    types.decimal(4, 1),
    types.DOUBLE,
    types.REAL,
    types.BOOLEAN,
    types.TIMESTAMP,
    Type(Kind.CHAR, 3),
]
PATHS = ["$.a", "$.b", "$.a.b", "$.b.a", "$.b.b.a", "$.c[0:].a", "$.c[0:].b", "$.c", "$['b']", "$.c[1]"]
NUMBERS = st.integers(-40_000, 40_000) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | NUMBERS.map(str)
    | st.text(max_size=4)
    | st.sampled_from(["true", "1970-01-01", ""])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4))
    columns = [
        Column(f"x{n}", draw(st.sampled_from(LEAVES)), path, draw(st.integers(0, 7)) == 7)
        for n, path in enumerate(paths)
    ]
    return Schema(tuple(columns), row_path=draw(st.sampled_from(["$", "$", "$.d", "$.c[0:]"])))


def comparable(decoder: Decoder, found: Decoded) -> tuple[Any, ...]:
    places = found.places if found.places is not None else list(range(len(found.rows)))
    return decoder.as_tuples(found.rows), places, [(n, str(error)) for n, error in found.refused], found.cut


@settings(max_examples=80, deadline=None)
@given(schemas(), st.lists(RECORDS, max_size=4), st.integers(0, 2))
def test_the_fast_readers_read_records_as_the_walk_does(schema: Schema, records: list[Any], level: int) -> None:
    datas = [json.dumps(record).encode() for record in records]
    fast, slow = Decoder(schema), Decoder(schema)
    fast._levels = [level] * len(schema.columns)
    fast._read = fast._reader()
    slow._tree, slow._spreads, slow._read = None, False, _unread
    assert comparable(fast, fast.decode(datas)) == comparable(slow, slow.decode(datas))
