"""The values and types of literals."""

from decimal import Decimal

import pytest

from sql.language import ast, parse
from sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    NULL,
    TIME,
    TIMESTAMP,
    Kind,
    Type,
    decimal,
    varchar,
)
from tests.sql.language.reading import expression

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
LITERALS: dict[str, tuple[ast.Value, Type]] = {
    "7": (7, INTEGER),
    "-2147483648": (-(1 << 31), INTEGER),
    "2147483648": (1 << 31, BIGINT),
    "9223372036854775807": ((1 << 63) - 1, BIGINT),
    "-9223372036854775808": (-(1 << 63), BIGINT),
    "1.50": (Decimal("1.50"), decimal(3, 2)),
    ".5": (Decimal("0.5"), decimal(1, 1)),
    "2.": (Decimal(2), decimal(1, 0)),
    "-0.05": (Decimal("-0.05"), decimal(2, 2)),
    "1e2": (100.0, DOUBLE),
    "1.5E-3": (0.0015, DOUBLE),
    "'it''s'": ("it's", varchar(4)),
    "''": ("", varchar(1)),
    r"u&'tab\0009!'": ("tab\t!", varchar(5)),
    r"u&'\\ \+01F600'": ("\\ 😀", varchar(3)),
    "U&'!0041\\' UESCAPE '!'": ("A\\", varchar(2)),
    "X'3F67'": (b"\x3f\x67", Type(Kind.BINARY, 2)),
    "TRUE": (True, BOOLEAN),
    "unknown": (None, BOOLEAN),
    "NULL": (None, NULL),
    "DATE '1970-01-02'": (DAY, DATE),
    "DATE '2024-02-29'": (19_782 * DAY, DATE),
    "TIME '01:02:03.004'": (HOUR + 2 * MINUTE + 3_004, TIME),
    "TIMESTAMP '1969-12-31 23:59:59.5'": (-500, TIMESTAMP),
    "{ts '1970-01-01 00:01:00'}": (MINUTE, TIMESTAMP),
    "{d '1970-01-02'}": (DAY, DATE),
    "{T '00:01:00'}": (MINUTE, TIME),
}
INTERVALS = {
    "INTERVAL '1' HOUR": (HOUR, 0),
    "INTERVAL -'10' SECOND": (-10_000, 0),
    "INTERVAL '-10' SECOND": (-10_000, 0),
    "INTERVAL - '-10.5' SECOND": (10_500, 0),
    "INTERVAL '2 03:04:05.006' DAY TO SECOND(3)": (2 * DAY + 3 * HOUR + 4 * MINUTE + 5_006, 0),
    "INTERVAL '90:30' MINUTE(3) TO SECOND": (90 * MINUTE + 30_000, 0),
    "INTERVAL '1 12' DAY TO HOUR": (36 * HOUR, 0),
    "INTERVAL '2-06' YEAR TO MONTH": (0, 30),
    "INTERVAL '1' MONTH": (0, 1),
}


@pytest.mark.parametrize("text", LITERALS)
def test_literal_has_this_value_and_type(text: str) -> None:
    found = expression(text)
    assert isinstance(found, ast.Literal)
    assert (found, type(found.value)) == (ast.Literal(*LITERALS[text]), type(LITERALS[text][0]))


@pytest.mark.parametrize("text", INTERVALS)
def test_interval_has_this_length(text: str) -> None:
    found = expression(text)
    assert isinstance(found, ast.IntervalLiteral)
    assert (found.milliseconds, found.months) == INTERVALS[text]


def test_precisions_of_an_interval_are_kept() -> None:
    found = expression("INTERVAL '100 1:00:00' DAY(3) TO SECOND(2)")
    assert found == ast.IntervalLiteral(100 * DAY + HOUR, 0, "DAY", "SECOND", 3, 2)


def test_precision_is_warned_about_only_when_the_value_exceeds_it() -> None:
    texts = ["'99' SECOND", "'100' SECOND", "'100' SECOND(3)", "'120' MINUTE(2)", "'007' HOUR"]
    script = parse(f"SELECT {', '.join(f'INTERVAL {text}' for text in texts)} FROM s")
    assert [problem.sentence for problem in script.warnings] == [
        "SECOND takes 2 digits as it is written; write SECOND(3) to be exact.",
        "MINUTE takes 2 digits as it is written; write MINUTE(3) to be exact.",
    ]
