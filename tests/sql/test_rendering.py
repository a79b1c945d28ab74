"""Rows as JSON."""

import struct
from decimal import Decimal

import pytest

from sql import types
from sql.plan.nodes import Column
from sql.rendering import Renderer, encode, iso
from sql.types import Type

NOON = 1_469_016_300_000  # 2016-07-20 12:05:00


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (types.INTEGER, 5, b"5"),
        (types.decimal(18, 12), Decimal("2.5").quantize(Decimal("1e-12")), b"2.500000000000"),
        (types.decimal(18, 12), Decimal("0E-12"), b"0.000000000000"),
        (types.REAL, struct.unpack("f", struct.pack("f", 0.1))[0], b"0.1"),
        (types.DOUBLE, 0.1, b"0.1"),
        (types.VARCHAR, 'naïve "text"', '"naïve \\"text\\""'.encode()),
        (types.BOOLEAN, False, b"false"),
        (types.DATE, NOON, b'"2016-07-20"'),
        (types.TIMESTAMP, NOON + 7, b'"2016-07-20 12:05:00.007"'),
        (Type(types.Kind.VARBINARY, 2), b"\x01\xff", b'"Af8="'),
        (types.TIMESTAMP, None, b"null"),
    ],
)
def test_value_is_written_as_the_service_wrote_it(kind: Type, value: object, written: bytes) -> None:
    assert encode(Renderer([Column("x", kind)]).row((value,))) == b'{"x":' + written + b"}"


def test_columns_keep_their_order_and_spelling() -> None:
    renderer = Renderer([Column("ZONE", types.INTEGER), Column("at", types.TIMESTAMP)])
    assert encode(renderer.row((1, 0))) == b'{"ZONE":1,"at":"1970-01-01 00:00:00.000"}'


def test_row_time_is_written_to_the_millisecond() -> None:
    assert (iso(0), iso(NOON + 7)) == ("1970-01-01T00:00:00.000Z", "2016-07-20T12:05:00.007Z")
