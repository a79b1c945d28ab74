"""The names of types in schemas."""

import pytest

from sql import types
from sql.schema.type_names import TypeNameError, read_type
from sql.types import Kind, Type


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("INTEGER", types.INTEGER),
        (" int ", types.INTEGER),
        ("decimal", types.decimal(18, 0)),
        ("NUMERIC( 10 , 2 )", types.decimal(10, 2)),
        ("DEC(5)", types.decimal(5, 0)),
        ("VARCHAR", types.VARCHAR),
        ("VARCHAR(65536)", types.VARCHAR),
        ("character  varying(8)", types.varchar(8)),
        ("CHAR", Type(Kind.CHAR, 1)),
        ("VARBINARY", Type(Kind.VARBINARY, 65_535)),
        ("FLOAT", types.DOUBLE),
        ("FLOAT(24)", types.REAL),
        ("FLOAT(25)", types.DOUBLE),
        ("DOUBLE PRECISION", types.DOUBLE),
        ("TIMESTAMP(3)", types.TIMESTAMP),
    ],
)
def test_a_name_gives_its_type(text: str, kind: Type) -> None:
    assert (read_type(text), read_type(str(kind))) == (kind, kind)


@pytest.mark.parametrize(
    "text",
    ["", "STRING", "VARCHAR(0)", "DECIMAL(20,2)", "DECIMAL(2,3)", "BIGINT(4)", "CHAR(1,2)", "INT) x", "INTERVAL"],
)
def test_a_name_that_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(TypeNameError, match=r"is not a type|a length|digits|brackets"):
        read_type(text)
