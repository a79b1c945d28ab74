"""Describes the rows that a query gives, and makes the operators that each query has."""

from collections.abc import Iterable
from dataclasses import dataclass

from sql.analysis.context import Context
from sql.analysis.expressions import Reading
from sql.analysis.monotonic import timed_trend
from sql.analysis.rewriting import plain
from sql.analysis.scope import Seen
from sql.analysis.trends import Trend
from sql.errors import Span
from sql.plan.expressions import Expr, Field
from sql.plan.nodes import Column, Filter, Node, Project


@dataclass(frozen=True, slots=True)
class Rows:
    """Holds the operator that gives the rows, and their columns as names can reach them."""

    node: Node
    columns: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """Is a named, typed item of a select list. `span` is its place."""

    name: str
    expr: Expr
    span: Span
    trend: Trend | None = None
    hidden: bool = False


def moves(name: str, expr: Expr, span: Span, reading: Reading) -> Value:
    """Returns an item with its trend."""
    return Value(name, expr, span, timed_trend(expr, reading))


def project(context: Context, node: Node, values: Iterable[Value], line: int) -> Rows:
    """Returns rows with the items as columns, computed from a node's rows."""
    items = tuple(values)
    for each in items:
        context.count(each.span)
    columns = tuple(Column(each.name, each.expr.type, each.expr.nullable) for each in items)
    exprs = tuple(plain(each.expr) for each in items)
    done = Project(columns=columns, input=node, items=exprs, line=line)
    return Rows(done, tuple(field_of(each, slot) for slot, each in enumerate(items)))


def field_of(value: Value, slot: int) -> Seen:
    read = Field(type=value.expr.type, nullable=value.expr.nullable, slot=slot)
    return Seen(value.name, read, value.trend, value.hidden)


def filtered(node: Node, condition: Expr, line: int) -> Node:
    """Returns the rows of a node for which a condition is TRUE."""
    return Filter(columns=node.columns, input=node, condition=plain(condition), line=line)


def reachable(columns: Iterable[Column]) -> tuple[Seen, ...]:
    """Returns the columns of a stream as names can reach them."""
    return tuple(
        Seen(each.name, Field(type=each.type, nullable=each.nullable, slot=slot)) for slot, each in enumerate(columns)
    )
