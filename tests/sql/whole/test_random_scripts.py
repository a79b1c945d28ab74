"""The engine gives the rows that the oracle computes by definition, for random scripts, records and batches."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from itertools import accumulate
from math import isclose
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sql.engine.operators.lookup import Table
from sql.folder import from_files
from sql.interpreter.oracle import Oracle, Timed
from sql.plan.expressions import Expr
from sql.plan.nodes import Node, StreamJoin, Union, _Unary, walk
from sql.program import Program, compile_application
from streams.core.records import Batch
from tests.sql.whole.random_scripts import SCHEMA, TABLE, records, scripts

BEGIN = 1_769_904_000_000  # 2026-02-01 00:00:00
REFERENCES = """
[switches]
current_timestamp = "start"

[[references]]
table = "COLOURS"
file = "colours.csv"

[references.schema]
format = "csv"

[[references.schema.columns]]
name = "k"
type = "VARCHAR(4)"

[[references.schema.columns]]
name = "colour"
type = "VARCHAR(8)"
"""


def program(script: str) -> Program:
    toml = f'name = "random"\nsource = "random"\n\n{SCHEMA}{REFERENCES}'
    table = "".join(f"{key},{colour}\n" for key, colour in TABLE)
    files = {"application.toml": toml, "application.sql": script, "colours.csv": table}
    return compile_application(from_files({name: content.encode() for name, content in files.items()}))


def run(compiled: Program, timed: list[tuple[int, dict[str, Any]]], cuts: set[int]) -> dict[str, list[Timed]]:
    """Returns the engine's rows by stream; it cuts the records into batches where the time changes, and at `cuts`."""
    engine = compiled.start(tables={"COLOURS": Table(2, TABLE)}, start=BEGIN)
    found: dict[str, list[Timed]] = {name: [] for name in compiled.plan.streams}
    start = 0
    for at in range(1, len(timed) + 1):
        if at == len(timed) or timed[at][0] != timed[start][0] or at in cuts:
            datas = [json.dumps(record).encode() for _, record in timed[start:at]]
            batch = Batch(timed[start][0], list(range(start, at)), [""] * len(datas), datas)
            engine.add(batch, datas)
            start = at
    engine.finish()
    if results := engine.take():
        for packet in results.packets:
            found[packet.stream] += [(packet.time, row) for row in packet.rows]
    return found


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return type(one) is type(other) and bool(one == other)


def same(ours: list[Timed], theirs: list[Timed]) -> bool:
    return len(ours) == len(theirs) and all(
        time == other and all(map(equal, row, values))
        for (time, row), (other, values) in zip(ours, theirs, strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(script=scripts(), gaps=records(), cuts=st.sets(st.integers(0, 25)))
def test_engine_gives_the_rows_of_the_oracle(script: str, gaps: Any, cuts: set[int]) -> None:
    times = accumulate((gap for gap, _ in gaps), initial=BEGIN)
    timed = list(zip(list(times)[1:], (record for _, record in gaps), strict=True))
    compiled = program(script)
    columns = compiled.plan.source.columns
    rows = [(time, _row(record, columns)) for time, record in timed]
    expected = Oracle(compiled.plan, {"COLOURS": TABLE}, started=BEGIN).run(rows)
    found = run(compiled, timed, cuts)
    assert found == run(compiled, timed, set())
    for pump in compiled.plan.pumps:
        ours, theirs = found[pump.target], expected[pump.target]
        if any(isinstance(node, StreamJoin | Union) for node in walk(pump.root)):
            ours, theirs = (sorted(rows, key=lambda row: (row[0], repr(row[1]))) for rows in (ours, theirs))
        assert same(ours, theirs), f"{pump.target}\n{ours}\n{theirs}"


def _row(record: dict[str, Any], columns: Any) -> tuple[Any, ...]:
    values = [record[column.name] for column in columns]
    return tuple(
        Decimal(str(value)).quantize(Decimal("0.01")) if column.name == "d" and value is not None else value
        for column, value in zip(columns, values, strict=True)
    )


def kinds(value: object) -> Iterator[type]:
    """Yields the types of a part of a plan and of all parts inside it."""
    yield type(value)
    named = fields(value) if is_dataclass(value) and not isinstance(value, type) else ()
    inside = value if isinstance(value, tuple) else [getattr(value, each.name) for each in named]
    for each in inside:
        if not isinstance(each, str | int):
            yield from kinds(each)


def test_random_scripts_have_every_kind_of_operator_and_of_expression() -> None:
    """Checks all kinds but RANDOM_CUT_FOREST and HOTSPOTS: other tests compare their algorithms."""
    classes = [each for base in (Node, Expr, _Unary) for each in base.__subclasses__() if "sql.plan" in each.__module__]
    left = {each.__name__ for each in classes} - {"_Unary", "Forest", "Hotspots"}

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(script=scripts(every=True))
    def look(script: str) -> None:
        if left:
            left.difference_update(kind.__name__ for pump in program(script).plan.pumps for kind in kinds(pump.root))

    look()
    assert left == set()
