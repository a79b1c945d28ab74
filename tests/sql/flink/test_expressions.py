"""Expressions in Flink SQL: how true each is, and what is written."""

import pytest

from sql.flink.expressions import DATES, DIVISION, INTERVALS, NUMBERS, TEXTS
from tests.sql.flink.scripts import statement, words

MILLISECONDS = "(1000 * UNIX_TIMESTAMP(CAST({0} AS STRING)) + EXTRACT(MILLISECOND FROM {0}))"
ROWTIME = "CAST(ts AS TIMESTAMP(3))"
EXACT = [
    ("VARCHAR(200)", "CASE WHEN QTY > 1 THEN LOWER(LINE) ELSE INITCAP(LINE) END",
     "CASE WHEN (c3 > 1) THEN LOWER(c6) ELSE INITCAP(c6) END"),
    ("VARCHAR(8)", "COALESCE(\"ticker\", 'x')", "COALESCE(c0, 'x')"),
    ("VARCHAR(3)", '"ticker"', "CAST(c0 AS VARCHAR(3))"),
    ("CHAR(9)", '"ticker"', "CAST(c0 AS CHAR(9))"),
    ("INTEGER", "POSITION('a' IN LINE) + CHAR_LENGTH(LINE)", "(POSITION('a' IN c6) + CHAR_LENGTH(c6))"),
    ("VARCHAR(200)", "SUBSTRING(LINE FROM 2 FOR 3)", "SUBSTRING(c6 FROM 2 FOR 3)"),
    ("VARCHAR(200)", "TRIM(LEADING 'x' FROM LINE)", "TRIM(LEADING 'x' FROM c6)"),
    ("VARCHAR(210)", "OVERLAY(LINE PLACING 'x' FROM 1 FOR 2)", "OVERLAY(c6 PLACING 'x' FROM 1 FOR 2)"),
    ("INTEGER", '"price"', "CAST(ROUND(c2, 0) AS INT)"),
    ("INTEGER", "CAST(FEE AS INTEGER)", "CAST(ROUND(c4, 0) AS INT)"),
    ("INTEGER", "QTY / 2", "(c3 / 2)"),
    ("INTEGER", "MOD(QTY, 7)", "MOD(c3, 7)"),
    ("DECIMAL(18,10)", "FEE / 3", "CAST((c4 / 3) AS DECIMAL(18,10))"),
    ("VARCHAR(200)", "REGEX_REPLACE(LINE, 'a', 'b', 1, 0)", "REGEXP_REPLACE(c6, 'a', 'b')"),
    ("BIGINT", "EXTRACT(HOUR FROM MADE_AT)", "EXTRACT(HOUR FROM c5)"),
    ("DECIMAL(5,3)", "EXTRACT(SECOND FROM MADE_AT)",
     "CAST(EXTRACT(SECOND FROM c5) + EXTRACT(MILLISECOND FROM c5) / 1000.0 AS DECIMAL(5, 3))"),
    ("BIGINT", "UNIX_TIMESTAMP(MADE_AT)", MILLISECONDS.format("c5")),
    ("TIMESTAMP", "TO_TIMESTAMP(CAST(QTY AS BIGINT))", "CAST(TO_TIMESTAMP_LTZ(CAST(c3 AS BIGINT), 3) AS TIMESTAMP(3))"),
    ("BIGINT", "TSDIFF(MADE_AT, S.ROWTIME)", f"({MILLISECONDS.format(ROWTIME)} - {MILLISECONDS.format('c5')})"),
    ("BIGINT", "CAST((S.ROWTIME - MADE_AT) SECOND AS BIGINT)", f"CAST(TIMESTAMPDIFF(SECOND, c5, {ROWTIME}) AS BIGINT)"),
    ("TIMESTAMP", "MADE_AT + INTERVAL '90' MINUTE", "(c5 + INTERVAL '0 01:30:00.000' DAY(1) TO SECOND(3))"),
    ("TIMESTAMP", "FLOOR(MADE_AT TO HOUR)", "FLOOR(c5 TO HOUR)"),
    ("TIMESTAMP", "CURRENT_ROW_TIMESTAMP", ROWTIME),
    ("TIMESTAMP", "S.ROWTIME", ROWTIME),
]  # fmt: skip
NEAR = [
    ("INTEGER", "QTY / ID", "(c3 / NULLIF(c7, 0))", DIVISION),
    ("INTEGER", "MOD(QTY, ID)", "MOD(c3, NULLIF(c7, 0))", DIVISION),
    ("DOUBLE", "CAST(LINE AS DOUBLE)", "TRY_CAST(c6 AS DOUBLE)", TEXTS),
    ("INTEGER", "CAST(LINE AS INTEGER)", "TRY_CAST(ROUND(TRY_CAST(c6 AS DECIMAL(38, 9)), 0) AS INT)", TEXTS),
    ("VARCHAR(30)", 'CAST("price" AS VARCHAR(30))', "CAST(c2 AS VARCHAR(30))", NUMBERS),
    ("VARCHAR(30)", "TIMESTAMP_TO_CHAR('yyyy', MADE_AT)", "DATE_FORMAT(c5, 'yyyy')", DATES),
    ("TIMESTAMP", "CHAR_TO_TIMESTAMP('yyyy', LINE)", "TO_TIMESTAMP(c6, 'yyyy')", DATES),
    ("VARCHAR(8) NOT NULL", '"ticker"', "c0", "A NULL goes into A, which is NOT NULL."),
]
CANNOT = [
    ("VARCHAR(200)", "REGEX_REPLACE(LINE, 'a', 'b', 2, 1)", "REGEX_REPLACE with a start or an occurrence has no"),
    ("VARCHAR(256)", "PARTITION_KEY", "PARTITION_KEY has no counterpart."),
    ("BOOLEAN", "(S.ROWTIME - MADE_AT) SECOND > INTERVAL '5' SECOND", INTERVALS),
    ("BIGINT", "CAST((S.ROWTIME - MADE_AT) SECOND / 10 AS BIGINT)", INTERVALS),
    ("VARCHAR(200)", "SUBSTRING(LINE SIMILAR '%#\"[0-9]+#\"%' ESCAPE '#')", "The function SUBSTRING_SIMILAR has no"),
]


@pytest.mark.parametrize(("of", "expression", "written"), EXACT)
def test_an_expression_is_exact(of: str, expression: str, written: str) -> None:
    found = statement(f"A {of}", f"{expression} FROM TRADES_001 AS S")
    assert (found.level.name, found.sentences) == ("EXACT", ())
    assert f"SELECT {written} AS c0, ts FROM" in words(found).replace(
        f"CAST({written} AS {of}) AS c0", f"{written} AS c0"
    )


@pytest.mark.parametrize(("of", "expression", "written", "sentence"), NEAR)
def test_an_expression_is_near(of: str, expression: str, written: str, sentence: str) -> None:
    found = statement(f"A {of}", f"{expression} FROM TRADES_001 AS S")
    assert (found.level.name, found.sentences) == ("NEAR", (sentence,))
    assert written in words(found)


@pytest.mark.parametrize(("of", "expression", "sentence"), CANNOT)
def test_an_expression_cannot_be_written(of: str, expression: str, sentence: str) -> None:
    found = statement(f"A {of}", f"{expression} FROM TRADES_001 AS S")
    assert (found.level.name, found.sql, len(found.sentences)) == ("CANNOT", "", 1)
    assert found.sentences[0].startswith(sentence)


def test_conditions_keep_their_forms() -> None:
    condition = "LINE LIKE 'a#%%' ESCAPE '#' AND (LINE SIMILAR TO 'a|b' OR NOT QTY IN (1, 2)) AND SECTOR IS NOT NULL"
    found = words(statement("A INTEGER", f"QTY FROM TRADES_001 WHERE {condition}"))
    written = "(c6 LIKE 'a#%%' ESCAPE '#') AND ((c6 SIMILAR TO 'a|b') OR (NOT (c3 IN (1, 2)))) AND (NOT (c1 IS NULL))"
    assert f"WHERE ({written})" in found
