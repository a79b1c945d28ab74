"""Types ORDER BY: on a stream it sorts the rows of one time, so that the time stands first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sql.analysis.expressions import Typer, reading
from sql.analysis.monotonic import trend
from sql.analysis.problems import ReportedError
from sql.analysis.rewriting import OutTime, plain
from sql.analysis.rows import Value
from sql.analysis.trends import Trend
from sql.language import ast
from sql.plan.expressions import Const, Expr
from sql.plan.nodes import Period
from sql.types import Family

_TIME_FIRST = (
    "ORDER BY on a stream sorts the rows of one time: write a time that never falls first, such as ORDER BY"
    " FLOOR({source}.ROWTIME TO MINUTE), …"
)


@dataclass(frozen=True, slots=True)
class Ordering:
    """Holds the keys behind the leading time, and the time within which rows are sorted; None: those of one moment."""

    period: Period | None
    keys: tuple[tuple[Expr, ast.OrderKey], ...]


def typed_order(
    typer: Typer, order: Sequence[ast.OrderKey | ast.Within], items: Sequence[Value], time: Expr | None = None
) -> Ordering | None:
    """Returns an ORDER BY, or None if it changes nothing. `time` is that of GROUP BY. Raises ReportedError."""
    keys: list[tuple[Expr, ast.OrderKey]] = []
    failed = False
    for key in order:
        if isinstance(key, ast.Within):
            raise typer.refused(
                key.span, "ORDER BY … WITHIN, which sorts by another time than ROWTIME, is not supported."
            )
        try:
            keys.append((_key(typer, key, items), key))
        except ReportedError:
            failed = True
    if failed:
        raise ReportedError
    if not keys:
        return None
    leading, written = keys[0]
    period = _period(typer, leading, written, _trend(typer, leading, items), time)
    return Ordering(period, tuple(keys[1:])) if keys[1:] else None


def _key(typer: Typer, key: ast.OrderKey, items: Sequence[Value]) -> Expr:
    """Returns a key: an item that its alias or its number names, or an expression of its own."""
    node = key.expr
    if isinstance(node, ast.ColumnRef) and len(node.parts) == 1:
        named = [each for each in items if each.name == node.parts[0].name]
        if len(named) == 1:
            return named[0].expr
    expr = typer.type(node)
    if isinstance(expr, Const) and expr.type.family == Family.WHOLE and isinstance(node, ast.Literal):
        if not isinstance(expr.value, int) or not 1 <= expr.value <= len(items):
            raise typer.refused(node.span, f"ORDER BY {expr.value}: the SELECT has {len(items)} columns.")
        return items[expr.value - 1].expr
    if expr.type.family in {Family.ROW, Family.BYTES}:
        raise typer.refused(node.span, f"ORDER BY does not sort {expr.type}.")
    return expr


def _trend(typer: Typer, expr: Expr, items: Sequence[Value]) -> Trend | None:
    return next((each.trend for each in items if each.expr is expr), None) or trend(expr, reading(typer.scope))


def _period(typer: Typer, expr: Expr, key: ast.OrderKey, of: Trend | None, time: Expr | None) -> Period | None:
    source = next((each.name for each in typer.scope.sources if not each.is_table and each.name), "s")
    if of is None or of.direction == 0:
        raise typer.refused(key.span, _TIME_FIRST.format(source=source))
    if key.descending or of.direction < 0:
        raise typer.refused(key.span, "The time that stands first in ORDER BY can only rise; leave DESC out.")
    if isinstance(expr, OutTime) or (time is not None and plain(expr) == time):
        return None
    if of.clock is None:
        raise typer.refused(
            key.span, "ORDER BY needs a time that follows from ROWTIME first; MONOTONIC(…) does not say when to sort."
        )
    return of.clock.seen_after().period if time is not None else of.clock.period
