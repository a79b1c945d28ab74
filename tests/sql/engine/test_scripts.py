"""Scripts give the rows that the interpreter computes from the definitions, however they run."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings

from sql.errors import ScriptError
from sql.interpreter.oracle import Oracle
from sql.program import Program, compile_application
from tests.sql.engine.running import Record, Way, records, varied, ways, whole
from tests.sql.engine.scripts import SCRIPTS
from tests.sql.plans import application, batch, feed, rows_of


@cache
def compiled(name: str) -> Program:
    return compile_application(replace(application(), script=SCRIPTS[name]))


def computed(program: Program, given: list[Record]) -> list[tuple[str, int, Any]]:
    """Returns the rows that the interpreter computes."""
    found = Oracle(program.plan, {}).run([(time, values) for time, values in given])
    return sorted(((name, time, row) for name, rows in found.items() for time, row in rows), key=lambda row: row[0])


@pytest.mark.parametrize("name", SCRIPTS)
@settings(max_examples=20, deadline=None)
@given(given=records(), ways=ways)
def test_a_script_gives_the_rows_of_its_definitions(name: str, given: list[Record], ways: list[Way]) -> None:
    program = compiled(name)
    wanted = computed(program, given)
    assert whole(program, given) == wanted
    assert varied(program, given, ways) == wanted


def test_bare_queries_give_rows_under_their_own_names_if_asked() -> None:
    script = 'SELECT STREAM TICKER FROM "SOURCE_SQL_STREAM_001";'
    shown = compile_application(replace(application(), script=script), peeks=True)
    assert rows_of(feed(shown.start(), batch(5, [("A", 1.0, 1)])), "QUERY_1") == [(5, ("A",))]
    silent = compile_application(replace(application(), script=script))
    assert feed(silent.start(), batch(5, [("A", 1.0, 1)])).packets == []


def test_an_exponential_average_over_rows_is_refused_with_its_place() -> None:
    script = (
        "CREATE STREAM o (a DOUBLE);\nCREATE PUMP p AS INSERT INTO o SELECT STREAM EXP_AVG(PRICE, INTERVAL '1' SECOND) "
        'OVER (ROWS 3 PRECEDING) FROM "SOURCE_SQL_STREAM_001";'
    )
    with pytest.raises(ScriptError, match=r"^2:\d+: EXP_AVG needs a window with a RANGE"):
        compile_application(replace(application(), script=script))
