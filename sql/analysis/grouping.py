"""Turns a SELECT with GROUP BY or WINDOWED BY STAGGER into operators."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sql.analysis.aggregates import Collected, Grouped, result_nullable
from sql.analysis.context import Context
from sql.analysis.distinct import distinct
from sql.analysis.expressions import Typer
from sql.analysis.group_keys import Keys, keys_of
from sql.analysis.monotonic import seen_after
from sql.analysis.ordering import Ordering, typed_order
from sql.analysis.problems import ReportedError, Tried
from sql.analysis.rewriting import OutTime, parts_of
from sql.analysis.rows import Rows, Value, filtered
from sql.analysis.scope import ROW_TIME_EXPR, Scope
from sql.analysis.select_list import select_list
from sql.analysis.sorting import selected
from sql.analysis.trends import ROW_TIME, Trend
from sql.errors import Span
from sql.language import ast
from sql.plan.expressions import Expr
from sql.plan.nodes import Aggregate, Column, Node, Stagger


@dataclass(frozen=True, slots=True)
class _Parts:
    """Holds the typed clauses of the SELECT, all computed from the rows of FROM."""

    keys: Keys
    items: list[Value]
    having: Expr | None
    ordering: Ordering | None


def grouped(context: Context, node: ast.Select, base: Node, scope: Scope) -> Rows:
    """Returns the rows of a SELECT with groups: one for each group. Raises ReportedError."""
    collected = Collected()
    parts = _typed(context, node, scope, collected)
    typer = Typer(context, scope, "SELECT", grouped=True)
    group = Grouped(parts.keys.keys)

    def change(expr: Expr, at: ast.Node) -> Expr:
        return group.over(typer, expr, at)

    items = _over_groups(parts, change)
    done = _groups(context, node, base, parts.keys, collected)
    if parts.having is not None and node.having is not None:
        done = filtered(done, change(parts.having, node.having), context.problems.line(node.having.span))
    line = context.problems.line(node.span)
    rows = selected(context, done, items, parts.ordering, change, line)
    return distinct(context, node, rows) if node.distinct else rows


def _typed(context: Context, node: ast.Select, scope: Scope, collected: Collected) -> _Parts:
    """Types all clauses, so that a problem in one does not hide another's. Raises ReportedError."""

    def typer(clause: str) -> Typer:
        return Typer(context, scope, clause, aggregates=collected, grouped=True)

    tried = Tried()
    keys = tried(lambda: keys_of(context, node, scope))
    items = tried(lambda: select_list(typer("SELECT"), node))
    condition = node.having
    having = tried(lambda: typer("HAVING").condition(condition)) if condition else None
    if keys is None or items is None or tried.failed:
        raise ReportedError
    time = keys.keys[0] if node.group else ROW_TIME_EXPR
    return _Parts(keys, items, having, typed_order(typer("ORDER BY"), node.order, items, time))


def _over_groups(parts: _Parts, change: Callable[[Expr, ast.Node], Expr]) -> list[Value]:
    """Returns the items as they are computed from the groups' rows. Raises ReportedError after all were tried."""
    tried, items = Tried(), parts.items
    done = [tried(lambda each=each: change(each.expr, ast.Node(span=each.span))) for each in items]  # type: ignore[misc]
    if tried.failed:
        raise ReportedError
    return [
        replace(item, expr=expr, trend=_after(item, parts.keys))
        for item, expr in zip(items, done, strict=True)
        if expr is not None
    ]


def _after(item: Value, keys: Keys) -> Trend | None:
    """Returns how an item moves in the groups' rows, which leave at the end of the groups' time."""
    if isinstance(item.expr, OutTime):
        return ROW_TIME
    of = item.trend
    if of is None or of.direction == 0 or any(isinstance(each, OutTime) for each in parts_of(item.expr)):
        return of if of and of.direction == 0 else None
    if keys.period is None:  # the rows of a stagger leave late, and those of a MONOTONIC time when it changes
        return None if keys.length or of.clock else of
    return seen_after(of) if of.clock and of.clock.is_level(keys.period) else None


def _groups(context: Context, node: ast.Select, base: Node, keys: Keys, collected: Collected) -> Node:
    """Returns the operator that makes the groups."""
    place: Span = node.stagger.span if node.stagger else node.group[0].span
    line, calls = context.problems.line(place), tuple(collected.calls)
    columns = (
        *(Column(f"KEY_{number}", each.type, each.nullable) for number, each in enumerate(keys.keys)),
        *(
            Column(f"{each.function}_{number}", each.type, result_nullable(each))
            for number, each in enumerate(calls, 1)
        ),
    )
    for _ in columns:
        context.count(place)
    if node.stagger:
        return Stagger(columns=columns, input=base, length=keys.length, keys=keys.keys, calls=calls, line=line)
    value = keys.value or keys.keys[0]
    return Aggregate(
        columns=columns, input=base, period=keys.period, value=value, keys=keys.keys[1:], calls=calls, line=line
    )
