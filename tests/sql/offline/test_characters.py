"""A CHAR is filled with blanks, which do not count where it is compared with a literal or another CHAR."""

from typing import Any

import pytest

from sql.folder import from_files
from sql.offline.records import Sample
from sql.offline.running import Run

COLUMN = '[[columns]]\nname = "{}"\ntype = "{}"\n'
TOML = 'name = "t"\nsource = "t"\n' + COLUMN.format("C", "CHAR(4)") + COLUMN.format("V", "VARCHAR(4)")


def rows(condition: str) -> list[dict[str, Any]]:
    script = (
        "CREATE STREAM o (c CHAR(4)); CREATE PUMP p AS INSERT INTO o SELECT STREAM C FROM SOURCE_SQL_STREAM_001 "
        f"WHERE {condition};"
    )
    run = Run(from_files({"application.toml": TOML.encode(), "application.sql": script.encode()}))
    samples = [
        Sample(1_769_904_000_000, "k", b'{"C": "ab", "V": "ab "}'),
        Sample(1_769_904_000_001, "k", b'{"C": "b"}'),
    ]
    return [row["row"] for row in run.rows(samples)]


@pytest.mark.parametrize(
    "condition",
    [
        "C = 'ab'", "'ab' = C", "C IN ('x', 'ab')", "C BETWEEN 'ab' AND 'ab'", "C <> 'b'", "NULLIF(C, 'ab') IS NULL",
        "CASE C WHEN 'ab' THEN TRUE ELSE FALSE END", "C IS NOT DISTINCT FROM 'ab'", "C = 'ab      '", "V = 'ab '",
    ],
)  # fmt: skip
def test_blanks_at_the_end_of_a_char_do_not_count(condition: str) -> None:
    assert rows(condition) == [{"C": "ab  "}]


def test_blanks_at_the_end_of_a_varchar_count() -> None:
    assert rows("V = 'ab'") == []
