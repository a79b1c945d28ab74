"""Builds typed plans by hand, and runs records through them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sql.engine.contract import Packet, Results
from sql.engine.engine import Engine
from sql.folder import Application
from sql.functions.registry import find
from sql.plan.expressions import Apply, Const, Expr, Field, RowTime
from sql.plan.nodes import (
    Aggregate,
    Call,
    Column,
    Filter,
    Frame,
    InAppStream,
    Node,
    Over,
    Period,
    Plan,
    Project,
    Proof,
    Pump,
    Scan,
)
from sql.program import Program
from sql.schema.columns import Column as InputColumn
from sql.schema.columns import Schema
from sql.types import BIGINT, DOUBLE, INTEGER, TIMESTAMP, Family, Type, interval, varchar
from streams.core.records import Batch

SOURCE = "SOURCE_SQL_STREAM_001"
OUT = "OUT"
TRADES = (Column("TICKER", varchar(16)), Column("PRICE", DOUBLE), Column("AMOUNT", INTEGER))
SECOND = 1000
MINUTE = 60 * SECOND


def scan(columns: Sequence[Column] = TRADES, stream: str = SOURCE) -> Scan:
    return Scan(columns=tuple(columns), stream=stream)


def column(node: Node, name: str) -> Field:
    """Returns the reference to a column of a node."""
    slot = next(slot for slot, column in enumerate(node.columns) if column.name == name)
    found = node.columns[slot]
    return Field(slot=slot, type=found.type, nullable=found.nullable, written=name)


def const(value: Any, of: Type = INTEGER) -> Const:
    return Const(value=value, type=of, nullable=value is None, written=str(value))


def apply(name: str, *args: Expr) -> Apply:
    """Applies a function of the registry."""
    function = find(name)
    assert function is not None
    constants = [arg.value if isinstance(arg, Const) else None for arg in args]
    of = function.result([arg.type for arg in args], constants)
    nullable = any(arg.nullable for arg in args) and not function.takes_null
    return Apply(function=name, args=args, type=of, nullable=nullable, written=f"{name} of {len(args)}")


def where(node: Node, condition: Expr) -> Filter:
    return Filter(columns=node.columns, input=node, condition=condition)


def select(node: Node, **items: Expr) -> Project:
    columns = tuple(Column(name, item.type, item.nullable) for name, item in items.items())
    return Project(columns=columns, input=node, items=tuple(items.values()))


def call(function: str, *args: Expr, of: Type | None = None, **others: Any) -> Call:
    """Returns an aggregate call, with the usual type of its result."""
    if of is None:
        spread = function.startswith(("VAR", "STDDEV"))
        of = BIGINT if function == "COUNT" else DOUBLE if spread else args[0].type
        if function == "SUM" and of.family == Family.WHOLE:
            of = BIGINT
    return Call(function=function, args=args, type=of, written=f"{function}({len(args)})", **others)


def group(node: Node, keys: Sequence[Expr], calls: Sequence[Call], size: int = MINUTE) -> Aggregate:
    """Groups by the steps of the row time and by keys."""
    named = [Column(f"K{place}", key.type, key.nullable) for place, key in enumerate(keys)]
    results = [Column(f"C{place}", each.type) for place, each in enumerate(calls)]
    columns = (Column("T", TIMESTAMP, nullable=False), *named, *results)
    value = apply("STEP", RowTime(type=TIMESTAMP, nullable=False), const(size, interval()))
    return Aggregate(
        columns=columns, input=node, period=Period(size=size), value=value, keys=tuple(keys), calls=tuple(calls)
    )


def over(node: Node, frames: Sequence[Frame], *calls: Call) -> Over:
    results = [Column(f"C{place}", each.type) for place, each in enumerate(calls)]
    return Over(columns=(*node.columns, *results), input=node, frames=tuple(frames), calls=calls)


def pump(root: Node, target: str = OUT, name: str = "P") -> Pump:
    return Pump(name=name, target=target, root=root, line=1)


def plan(*pumps: Pump, columns: Sequence[Column] = TRADES, per_shard: bool = False) -> Plan:
    streams = {each.target: InAppStream(name=each.target, columns=each.root.columns) for each in pumps}
    source = InAppStream(name=SOURCE, columns=tuple(columns))
    return Plan(source=source, streams=streams, pumps=pumps, tables={}, proof=Proof(per_shard=per_shard, sentences=()))


def application(columns: Sequence[Column] = TRADES, **others: Any) -> Application:
    schema = Schema(tuple(InputColumn(each.name, each.type, f"$.{each.name}") for each in columns))
    return Application(name="test", script="", schema=schema, input=SOURCE, **others)


def program(*pumps: Pump, columns: Sequence[Column] = TRADES, **others: Any) -> Program:
    per_shard = others.get("parallel", False)
    return Program(application(columns, **others), plan(*pumps, columns=columns, per_shard=per_shard))


def batch(time: int, rows: Iterable[Sequence[Any]], columns: Sequence[Column] = TRADES, first: int = 0) -> Batch:
    """Returns a batch of JSON records; a record's key is its first value as text."""
    rows = list(rows)
    names = [each.name for each in columns]
    datas = [json.dumps(dict(zip(names, row, strict=True))).encode() for row in rows]
    return Batch(time, range(first, first + len(rows)), [str(row[0]) for row in rows], datas)


def feed(engine: Engine, *batches: Batch) -> Results:
    """Adds batches; returns the results."""
    for each in batches:
        engine.add(each, each.datas)
    return engine.take() or Results([], [], {})


def rows_of(results: Results | list[Packet], stream: str = OUT) -> list[tuple[int, tuple[Any, ...]]]:
    """Returns the rows of a stream with their row times."""
    packets = results.packets if isinstance(results, Results) else results
    return [(packet.time, row) for packet in packets if packet.stream == stream for row in packet.rows]
