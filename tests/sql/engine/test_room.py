"""No script makes rows, texts or forests without a bound."""

from dataclasses import replace

import pytest

from sql.engine.contract import Results
from sql.engine.room import Room
from sql.errors import ScriptError
from sql.plan.parts import Column
from sql.program import Program, compile_application
from sql.types import DOUBLE, VARCHAR, varchar
from tests.sql.plans import application, batch, feed, rows_of

WORDS = (Column("V", VARCHAR), Column("W", varchar(8)))
SOURCE = '"SOURCE_SQL_STREAM_001"'


def compiled(script: str, columns: tuple[Column, ...] = WORDS) -> Program:
    return compile_application(replace(application(columns), script=script))


def doubling(streams: int, pumps: int, query: str) -> str:
    """Returns a chain of streams, each with so many pumps that read the one before it."""
    script = f"CREATE STREAM S0 (v VARCHAR); CREATE PUMP P AS INSERT INTO S0 SELECT STREAM V FROM {SOURCE};"
    for number in range(1, streams + 1):
        script += f"CREATE STREAM S{number} (v VARCHAR);"
        for pump in range(pumps):
            script += f"CREATE PUMP P{number}_{pump} AS INSERT INTO S{number} {query.format(f'S{number - 1}')};"
    return script


def run(program: Program, most_rows: int, most_characters: int) -> Results:
    engine = program.start()
    engine._room = Room(engine._faults, most_rows, most_characters)
    found = feed(engine, batch(5, [("a" * 100, "b")] * 3, WORDS))
    again = feed(engine, batch(6, [("a" * 100, "b")], WORDS))
    assert rows_of(again, "S0") == [(6, ("a" * 100,))]  # a commit later there is room again
    return found


def test_rows_that_double_from_stream_to_stream_are_bounded() -> None:
    found = run(compiled(doubling(30, 2, "SELECT STREAM v FROM {}")), 1_000, 1 << 20)
    assert sum(len(packet.rows) for packet in found.packets) == 1_000
    assert found.counts["full:rows of one commit"] > 0
    assert {fault.sentence[:57] for fault in found.faults} == {
        "1,000 rows were made since the last commit, the most ther"
    }
    assert (found.faults[0].fault, found.faults[0].pump) == ("LIMIT", "P9_1")


def test_texts_that_double_from_stream_to_stream_are_bounded() -> None:
    found = run(compiled(doubling(30, 1, "SELECT STREAM v || v FROM {}")), 1_000, 10_000)
    assert max(len(row[0]) for packet in found.packets for row in packet.rows) < 10_000
    assert found.faults[0].sentence.startswith("Texts of 10,000 characters were made since the last commit")
    whole = run(compiled(doubling(30, 1, "SELECT STREAM v || v FROM {}")), 1_000, 1 << 24)
    assert rows_of(whole, "S30") == [(5, ("a" * 65_535,))] * 3


def test_wide_rows_are_made_a_few_at_a_time() -> None:
    columns = ", ".join(f"c{number} CHAR(65535)" for number in range(900))
    items = ", ".join(["W"] * 900)
    script = f"CREATE STREAM S0 ({columns}); CREATE PUMP P AS INSERT INTO S0 SELECT STREAM {items} FROM {SOURCE};"
    engine = compiled(script).start()
    found = feed(engine, batch(5, [("a", "b")] * 100, WORDS))
    assert len(rows_of(found, "S0")) == 5
    assert found.counts == {"full:rows of one commit": 95}


def test_forests_that_need_too_much_memory_are_refused() -> None:
    columns = tuple(Column(f"C{number}", DOUBLE) for number in range(30))
    forest = f"TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM {SOURCE}), {{}}, 1000, 100000, 30))"
    script = (
        "CREATE STREAM o (s DOUBLE);\nCREATE PUMP p AS INSERT INTO o\nSELECT STREAM ANOMALY_SCORE FROM " + forest + ";"
    )
    with pytest.raises(ScriptError, match=r"^3:1: The random cut forests up to here would need 6,918 MiB, and 512 are"):
        compiled(script.format(1000), columns)
    assert compiled(script.format(50), columns).identities
