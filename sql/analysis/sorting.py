"""Makes the operators of a select list with its ORDER BY.

Rows that are sorted within a step leave at the end of the step. So their columns are computed before, while ROWTIME is
still that of each row.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sql.analysis.context import Context
from sql.analysis.monotonic import seen_after
from sql.analysis.ordering import Ordering
from sql.analysis.rows import Rows, Value, project
from sql.analysis.trends import Trend
from sql.language import ast
from sql.plan.expressions import Expr
from sql.plan.nodes import Node, Order, Period, SortKey

Change = Callable[[Expr, ast.Node], Expr]  # reads an expression of the SELECT from a node's rows


def selected(
    context: Context, base: Node, items: Sequence[Value], ordering: Ordering | None, change: Change, line: int
) -> Rows:
    """Returns the rows of a select list, in the order that was asked for."""
    if ordering is None:
        return project(context, base, items, line)
    keys = [change(expr, key) for expr, key in ordering.keys]
    if ordering.period is None:
        return project(context, _sorted(context, base, ordering, keys), items, line)
    with_keys = [Value(f"KEY_{number}", key, items[0].span) for number, key in enumerate(keys)]
    rows = project(context, base, [*items, *with_keys], line)
    node = _sorted(context, rows.node, ordering, [each.expr for each in rows.columns[len(items) :]])
    after = [
        replace(item, expr=seen.expr, trend=_trend(item.trend, ordering.period))
        for item, seen in zip(items, rows.columns, strict=False)
    ]
    return project(context, node, after, line)


def _sorted(context: Context, node: Node, ordering: Ordering, exprs: Sequence[Expr]) -> Node:
    keys = tuple(
        SortKey(
            expr=expr,
            descending=key.descending,
            nulls_first=key.descending if key.nulls_first is None else key.nulls_first,
        )
        for expr, (_, key) in zip(exprs, ordering.keys, strict=True)
    )
    line = context.problems.line(ordering.keys[0][1].span)
    return Order(columns=node.columns, input=node, period=ordering.period, keys=keys, line=line)


def _trend(of: Trend | None, period: Period) -> Trend | None:
    """Returns how a column moves in sorted rows: it does if it is the same for all rows of a step."""
    if of is None or of.direction == 0:
        return of
    return seen_after(of) if of.clock and of.clock.is_level(period) else None
