"""Reads from a plan the streams that an application writes, those with stored rows, and their keys."""

from collections.abc import Iterator
from typing import NamedTuple

from sql.analysis.partition import carried
from sql.folder import Application
from sql.folder import Output as Target
from sql.live.models import ERRORS
from sql.plan.expressions import Convert, Expr, Field
from sql.plan.nodes import Aggregate, Column, Distinct, Filter, Node, Order, Over, Plan, Project, Scan, Stagger, walk
from sql.types import INTEGER, TIMESTAMP, varchar

ERROR_COLUMNS = tuple(
    Column(name=name, type=type_)
    for name, type_ in (
        ("ERROR_TIME", TIMESTAMP),
        ("ERROR_LEVEL", varchar(10)),
        ("ERROR_NAME", varchar(32)),
        ("MESSAGE", varchar(4096)),
        ("DATA_ROWTIME", TIMESTAMP),
        ("DATA_ROW", varchar(49152)),
        ("PUMP_NAME", varchar(128)),  # so far as the service had them
        ("COLUMN_NAME", varchar(256)),
        ("EXPRESSION", varchar(4096)),
        ("LINE", INTEGER),
        ("SHARD", varchar(128)),
        ("SEQUENCE_NUMBER", varchar(64)),
        ("VALUE", varchar(4096)),
    )
)


class Written(NamedTuple):
    """Describes a stream that pumps write."""

    name: str
    columns: tuple[Column, ...]
    stored: bool
    to: str = ""  # the stream of Millrace that gets its rows
    key: int = 0  # the place of the column that becomes the partition key
    format: str = "json"
    partition: tuple[str, ...] = ()  # the columns that hold the partition key of the records from which a row comes


def written(plan: Plan, application: Application) -> list[Written]:
    """Returns the streams that the pumps write, in the order of the script.

    Stored are those to which an output is attached, and those that no pump reads.
    """
    targets = {each.stream: each for each in application.outputs}
    streams = {name: each.columns for name, each in plan.streams.items()}
    if ERRORS in targets:
        streams.setdefault(ERRORS, ERROR_COLUMNS)
    read = {node.stream for pump in plan.pumps for node in walk(pump.root) if isinstance(node, Scan)}
    held = carried(plan, application.partition_key)
    return [
        _written(plan, name, columns, name in targets or name not in read, targets.get(name, Target(name)))._replace(
            partition=tuple(columns[slot].name for slot in sorted(held.get(name, ())) if slot < len(columns))
        )
        for name, columns in streams.items()
    ]


def _written(plan: Plan, name: str, columns: tuple[Column, ...], stored: bool, target: Target) -> Written:  # noqa: FBT001
    names = [column.name for column in columns]
    key = names.index(target.key) if target.key in names else _first_key(plan, name)
    return Written(name, columns, stored, target.to, key, target.format)


def unknown_keys(plan: Plan, application: Application) -> Iterator[str]:
    """Yields a sentence for each output that names no stream or no column of its stream."""
    for output in application.outputs:
        stream = plan.streams.get(output.stream)
        if stream is None and output.stream != ERRORS:
            listed = ", ".join(plan.streams) or "none"
            yield f"The output {output.stream!r} is none of the streams that pumps write: {listed}."
        elif stream and output.key and output.key not in [column.name for column in stream.columns]:
            yield f"The output {output.stream!r} has no column {output.key!r} that could be its key."


def _first_key(plan: Plan, stream: str) -> int:
    """Returns the place of the first column by which the stream's rows are grouped; 0 if there is none."""
    for pump in plan.pumps:
        if pump.target == stream and isinstance(pump.root, Project):
            keys = list(_keys(pump.root.input))
            for place, item in enumerate(pump.root.items):
                if _slot(item) in keys:
                    return place
    return 0


def _keys(node: Node) -> Iterator[int]:
    """Yields the slots of a node's rows that hold keys of its groups or windows."""
    match node:
        case Filter() | Order() | Distinct():
            yield from _keys(node.input)
        case Aggregate():
            yield from range(1, 1 + len(node.keys))
        case Stagger():
            yield from range(len(node.keys))
        case Over():
            found = [_slot(expr) for frame in node.frames for expr in frame.partition]
            yield from [slot for slot in found if slot is not None]


def _slot(expr: Expr) -> int | None:
    while isinstance(expr, Convert):
        expr = expr.arg
    return expr.slot if isinstance(expr, Field) else None
