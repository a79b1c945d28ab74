"""Each JSON value in a column of each type: the service's table as data."""

from decimal import Decimal
from typing import Any

import pytest

from sql import types
from sql.schema.columns import Column, Schema
from sql.schema.decoding import Decoder
from sql.types import Kind, Type

FAULT = "fault"
BYTES = Type(Kind.VARBINARY, 4)
CHAR = Type(Kind.CHAR, 3)
D = Decimal
TABLE: list[tuple[Type, dict[str, Any]]] = [
    (
        types.TINYINT,
        {
            "null": None,
            "true": 1,
            "false": 0,
            "127": 127,
            "128": FAULT,
            "-128": -128,
            "1.0": 1,
            "1.5": FAULT,
            "12e1": 120,
            '"12"': 12,
            '" 12 "': 12,
            '"1.0"': 1,
            '"x"': FAULT,
            '""': FAULT,
            '"1_0"': FAULT,
            '"128"': FAULT,
            "[1]": FAULT,
            "{}": FAULT,
        },
    ),
    (
        types.BIGINT,
        {
            "9223372036854775807": 2**63 - 1,
            "9223372036854775808": FAULT,
            "1e999999999": FAULT,
            "9007199254740993.0": 2**53 + 1,
        },
    ),
    (
        types.decimal(5, 2),
        {
            "null": None,
            "true": D("1.00"),
            "7": D("7.00"),
            "1.005": D("1.01"),
            "-1.005": D("-1.01"),
            "999.994": D("999.99"),
            "999.995": FAULT,
            "1000": FAULT,
            "1e-999999": D("0.00"),
            "1e9": FAULT,
            "-0.0": D("0.00"),
            '"12.5"': D("12.50"),
            '"NaN"': FAULT,
            "[1]": FAULT,
            "{}": FAULT,
        },
    ),
    (types.decimal(), {"4.7": D(5), "-4.5": D(-5), "0.4": D(0)}),
    (
        types.REAL,
        {
            "0.1": 0.10000000149011612,
            "16777217": 16777216.0,
            "1e39": FAULT,
            "true": 1.0,
            '"0.5"': 0.5,
            '"inf"': FAULT,
            "[]": FAULT,
        },
    ),
    (types.DOUBLE, {"1": 1.0, "0.1": 0.1, "1e400": FAULT, "false": 0.0, '"1e2"': 100.0, '"nan"': FAULT, "{}": FAULT}),
    (
        types.BOOLEAN,
        {
            "null": None,
            "true": True,
            "false": False,
            "0": False,
            "0.0": False,
            "0e5": False,
            "2": True,
            "1e-400": True,
            '"TRUE"': True,
            '"yes"': False,
            '""': False,
            "[]": FAULT,
        },
    ),
    (
        types.varchar(4),
        {
            "null": None,
            "true": "true",
            "false": "fals",
            "12345": "1234",
            "1.50": "1.50",
            "-0": "0",
            '"äöüßx"': "äöüß",
            '""': "",
            '"\\u0041"': "A",
            "[1, 2]": "[1,2",
            '{"a" : 1}': '{"a"',
        },
    ),
    (CHAR, {'"ab"': "ab ", '"abcd"': "abc", "7": "7  ", "null": None}),
    (
        types.TIMESTAMP,
        {
            "null": None,
            '"1992-02-14"': 698025600000,
            '"1992-02-14 18:35:44.0"': 698092544000,
            '"1992-02-14T18:35:44.1239Z"': 698092544123,
            '"1992-02-14T18:35:44+01:30"': 698087144000,
            '"1992-02-14T18:35:44-0130"': 698097944000,
            '"1969-12-31 23:59:59.999"': -1,
            '"1992-02-30"': FAULT,
            '"14.2.1992"': FAULT,
            "1480000000": FAULT,
            "true": FAULT,
            "[]": FAULT,
        },
    ),
    (types.DATE, {'"1970-01-02"': 86400000, '"1969-12-31 12:00:00"': -86400000, "1": FAULT}),
    (types.TIME, {'"00:01:02.5"': 62500, '"24:00:00"': FAULT, '"1:02"': 3720000, "null": None}),
    (
        BYTES,
        {
            "true": b"\1",
            "false": b"\0",
            "\"X'3F67'\"": b"?g",
            '"P2c="': b"?g",
            '"AAAAAAAA"': b"\0\0\0\0",
            '"?"': FAULT,
            "1": FAULT,
            "[]": FAULT,
        },
    ),
]
CASES = [(kind, source, value) for kind, values in TABLE for source, value in values.items()]


def decoded(decoder: Decoder, source: str) -> Any:
    """Returns the value of a JSON text, or FAULT if its row is refused."""
    found = decoder.decode([f'{{"v":{source}}}'.encode()])
    return found.rows[0].c0 if found.rows else found.refused[0][1].fault and FAULT


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("kind", "source", "value"), CASES, ids=[f"{kind} {source}" for kind, source, _ in CASES])
def test_a_json_value_becomes_the_value_of_its_column(kind: Type, source: str, value: Any, level: int) -> None:
    decoder = Decoder(Schema((Column("v", kind),)))
    decoder._levels = [level]
    decoder._read = decoder._reader()
    found = decoded(decoder, source)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "source", "sentence"),
    [
        (types.INTEGER, "1.5", "The value '1.5' of column v has a fraction, which INTEGER would lose."),
        (types.TINYINT, "128", "The value '128' of column v does not fit TINYINT, which goes from -128 to 127."),
        (
            types.decimal(5, 2),
            "1000",
            "The value '1000' of column v does not fit DECIMAL(5,2), which has 3 digits before the point.",
        ),
        (types.INTEGER, '"n/a"', "The value 'n/a' of column v is not a number."),
        (
            types.TIMESTAMP,
            "1480000000",
            "The value '1480000000' of column v is a number; take it as BIGINT, and convert it with TO_TIMESTAMP.",
        ),
    ],
)
def test_a_fault_names_the_value_the_column_and_the_reason(kind: Type, source: str, sentence: str) -> None:
    ((place, error),) = Decoder(Schema((Column("v", kind),))).decode([f'{{"v":{source}}}'.encode()]).refused
    assert (place, str(error), error.column, error.value) == (0, sentence, "v", source.strip('"'))
