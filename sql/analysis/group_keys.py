"""Types the keys of GROUP BY, and those of WINDOWED BY STAGGER."""

from dataclasses import dataclass

from sql.analysis.context import Context
from sql.analysis.expressions import Typer, constant, reading
from sql.analysis.monotonic import timed_trend
from sql.analysis.names import written
from sql.analysis.rewriting import parts_of, plain
from sql.analysis.scope import ARRIVAL, Scope
from sql.analysis.tree import walk
from sql.analysis.trends import Trend
from sql.functions.rules import is_months
from sql.language import ast
from sql.plan.expressions import Const, Expr, RowTime
from sql.plan.nodes import Period
from sql.types import Family

STAGGER_MOST = 366 * 86_400_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Keys:
    """Holds the keys of groups. Of a GROUP BY the time is the first, and `period` its steps; a stagger has a length.

    `value` is the time as it is computed: from the row time alone, if it has steps.
    """

    keys: tuple[Expr, ...]
    value: Expr | None = None
    period: Period | None = None
    length: int = 0


def keys_of(context: Context, node: ast.Select, scope: Scope) -> Keys:
    """Returns the keys of a SELECT with groups. Raises ReportedError."""
    if node.stagger is not None:
        return _stagger(context, node.stagger, scope)
    typer = Typer(context, scope, "GROUP BY", grouped=True)
    exprs = typer.each(node.group)
    moving = reading(scope)
    trends = [timed_trend(each, moving) for each in exprs]
    for expr, key in zip(exprs, node.group, strict=True):
        _check_key(typer, expr, key)
    time = _time(typer, node, exprs, trends)
    others = [plain(each) for number, each in enumerate(exprs) if number != time]
    found = trends[time]
    value = plain(exprs[time])
    keys = (value, *dict.fromkeys(others))
    if found is None or found.clock is None:
        return Keys(keys, value=value)
    return Keys(keys, value=found.timed, period=found.clock.period)


def _check_key(typer: Typer, expr: Expr, key: ast.Expression) -> None:
    if expr.type.family == Family.ROW:
        raise typer.refused(key.span, f"{typer.clause} does not group by {expr.type}; name one of its columns.")
    if isinstance(expr, Const):
        typer.context.problems.warn(key.span, f"{typer.clause} of a constant makes no groups.")


def _time(typer: Typer, node: ast.Select, exprs: list[Expr], trends: list[Trend | None]) -> int:
    """Returns the number of the key that ends groups: the one of the row time, or else the first that moves one way."""
    moving = [number for number, each in enumerate(trends) if each and each.direction]
    timed = [number for number in moving if any(isinstance(each, RowTime) for each in parts_of(exprs[number]))]
    if len(timed) > 1:
        raise typer.refused(
            node.group[timed[1]].span,
            "GROUP BY can have only one expression of ROWTIME; leave the coarser one out.",
        )
    if not moving:
        raise typer.refused(node.group[0].span, _no_time(typer, node))
    stepped = [number for number in moving if (found := trends[number]) and found.clock]
    return (timed or stepped or moving)[0]


def _no_time(typer: Typer, node: ast.Select) -> str:
    """Returns why no key ends groups, with the mend."""
    source = next((written(each.name) for each in typer.scope.sources if not each.is_table and each.name), "s")
    mend = f"add FLOOR({source}.ROWTIME TO MINUTE) or STEP({source}.ROWTIME BY INTERVAL '10' SECOND)"
    names = {each.parts[-1].name for key in node.group for each in walk(key) if isinstance(each, ast.ColumnRef)}
    if ARRIVAL in names:
        return f"{ARRIVAL} may fall from row to row, so that it cannot end groups; {mend} beside it."
    times = [key for key in node.group if isinstance(key, ast.Rounding | ast.Step)]
    if times:
        words = typer.context.problems.words(times[0].span)
        return (
            f"{words} is not known to rise, so that it ends no groups; {mend}, or write MONOTONIC({words}) if it does."
        )
    return f"GROUP BY on a stream needs a time that never falls, so that groups end; {mend}."


def _stagger(context: Context, node: ast.Stagger, scope: Scope) -> Keys:
    typer = Typer(context, scope, "WINDOWED BY", grouped=True)
    exprs = typer.each(node.keys)
    for expr, key in zip(exprs, node.keys, strict=True):
        _check_key(typer, expr, key)
    length = typer.type(node.length)
    value = constant(length)
    if length.type.family != Family.INTERVAL or is_months(length.type) or not isinstance(value, int):
        raise typer.refused(
            node.length.span, "STAGGER needs a constant INTERVAL of days, hours, minutes or seconds as RANGE."
        )
    if not 0 < value <= STAGGER_MOST:
        raise typer.refused(node.length.span, "STAGGER needs a RANGE above 0 and of 366 days at most.")
    return Keys(tuple(dict.fromkeys(plain(each) for each in exprs)), length=value)
