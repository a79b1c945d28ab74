"""Describes the calls that collect rows, and puts the columns of a group in place of the names in a SELECT."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sql.analysis.expressions import Typer, constant
from sql.analysis.predicates import as_type
from sql.analysis.problems import ReportedError
from sql.analysis.rewriting import CallRef, OutTime, plain, rewrite
from sql.analysis.scope import ROW_TIME_EXPR
from sql.functions import registry
from sql.functions.rules import aggregate_result, assignable, is_months
from sql.language import ast
from sql.plan.expressions import Const, Expr, Field, RowTime
from sql.plan.nodes import Call
from sql.plan.words import cut
from sql.types import BIGINT, Family

CALLS_MOST = 1_000
_ARGUMENTS = {"NTH_VALUE": (2, 2), "LAG": (1, 3), "EXP_AVG": (2, 2)}
_NEVER_NULL = frozenset({"COUNT"})
_NULLS = frozenset({"FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG"})


def describe(typer: Typer, node: ast.Call, frame: int = 0) -> Call:
    """Returns an aggregate or analytic call. Raises ReportedError."""
    name = node.name.name
    inner = Typer(typer.context, typer.scope, f"the argument of {name}", parameters=typer.parameters)
    inner.depth = typer.depth
    args = tuple(plain(each) for each in inner.each(node.args))
    _check_arguments(typer, node, name, args)
    if name == "LAG" and len(args) > 2:
        args = (*args[:2], _default(typer, node, args))
    try:
        of = args[0].type if args else BIGINT
        result = aggregate_result(name, of, typer.context.application.switches.integer_avg)
    except registry.TypeProblem as problem:
        raise typer.refused(node.span, str(problem)) from None
    if name == "AVG" and result.family == Family.WHOLE:
        typer.context.problems.warn(
            node.span,
            f"AVG of {of} is a whole number, as in the service: of 1 and 2 it is 1; write AVG(CAST(… AS DOUBLE)), or"
            " set the switch integer_avg to exact.",
        )
    if name == "COUNT" and args and not args[0].nullable and not node.distinct:
        args = ()  # no value is NULL, so that it counts rows
    return Call(
        function=name,
        args=args,
        type=result,
        distinct=node.distinct and name not in {"MIN", "MAX"},
        ignore_nulls=node.ignore_nulls,
        from_last=node.from_last,
        frame=frame,
        written=typer.context.problems.written(node.span),
        span=node.span,
    )


def _default(typer: Typer, node: ast.Call, args: Sequence[Expr]) -> Expr:
    """Returns the value of LAG for rows without one before them, held like the others."""
    value, default = args[0], args[2]
    if not assignable(default.type, value.type):
        raise typer.refused(
            node.args[2].span, f"LAG gives {value.type}, and its default is {default.type}; CAST it to {value.type}."
        )
    return as_type(default, value.type)


def _check_arguments(typer: Typer, node: ast.Call, name: str, args: Sequence[Expr]) -> None:
    least, most = _ARGUMENTS.get(name, (1, 1))
    if node.star:
        if name != "COUNT":
            raise typer.refused(node.span, f"{name} needs a value; COUNT alone takes *.")
        least = most = 0
    if not least <= len(args) <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise typer.refused(node.span, f"{name} takes {count} argument{'' if count == '1' else 's'}, not {len(args)}.")
    if node.distinct and name not in {"COUNT", "SUM", "AVG", "MIN", "MAX"}:
        raise typer.refused(node.span, f"{name} takes no DISTINCT.")
    if (node.ignore_nulls and name not in _NULLS) or (node.from_last and name != "NTH_VALUE"):
        raise typer.refused(node.span, f"{name} takes neither IGNORE NULLS nor FROM LAST.")
    _check_constants(typer, node, name, args)


def _check_constants(typer: Typer, node: ast.Call, name: str, args: Sequence[Expr]) -> None:
    """Checks the distance of LAG and NTH_VALUE, and the half-life of EXP_AVG."""
    if len(args) < 2:
        return
    value = constant(args[1])
    is_length = args[1].type.family == Family.INTERVAL and not is_months(args[1].type)
    if name == "EXP_AVG" and not (is_length and isinstance(value, int) and value > 0):
        raise typer.refused(node.args[1].span, "EXP_AVG needs an INTERVAL above 0 as its half-life.")
    least = 0 if name == "LAG" else 1
    if name in {"LAG", "NTH_VALUE"} and (not isinstance(value, int) or value < least):
        raise typer.refused(
            node.args[1].span, f"{name} needs a constant whole number from {least} as its second argument."
        )


def result_nullable(call: Call) -> bool:
    return call.function not in _NEVER_NULL


@dataclass(slots=True)
class Collected:
    """Collects the aggregate calls of a SELECT; equal ones are computed once."""

    calls: dict[Call, int] = field(default_factory=dict)  # with their places

    def take(self, typer: Typer, call: ast.Call) -> Expr:
        described = describe(typer, call)
        index = self.calls.setdefault(described, len(self.calls))
        if len(self.calls) > CALLS_MOST:
            raise typer.refused(call.span, f"A SELECT has at most {CALLS_MOST} aggregates.")
        return typer.marked(CallRef(type=described.type, nullable=result_nullable(described), index=index), call)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Knows the columns of a group: the time, the keys, and the calls behind them."""

    keys: tuple[Expr, ...]  # on the input row; first the time, for a GROUP BY

    def over(self, typer: Typer, expr: Expr, node: ast.Node) -> Expr:
        """Returns an expression of the SELECT as it is computed from the group's row. Raises ReportedError."""

        places = {key: slot for slot, key in reversed(list(enumerate(self.keys)))}

        def change(each: Expr) -> Expr | None:
            slot = None if isinstance(each, Const) else places.get(each)
            if slot is not None:
                return Field(type=each.type, nullable=each.nullable, slot=slot, written=each.written, span=each.span)
            if isinstance(each, CallRef):
                slot = len(self.keys) + each.index
                return Field(type=each.type, nullable=each.nullable, slot=slot, written=each.written, span=each.span)
            if isinstance(each, OutTime):
                return ROW_TIME_EXPR
            if isinstance(each, Field | RowTime):
                raise self._refused(typer, each, node)
            return None

        return rewrite(plain(expr), change)

    def _refused(self, typer: Typer, expr: Expr, node: ast.Node) -> ReportedError:
        words = cut(expr.written) or typer.context.problems.words(node.span)
        span = expr.span if expr.written else node.span
        if isinstance(expr, RowTime):
            return typer.refused(
                span,
                f"{words} is the row time of one row, and this SELECT gives groups; write ROWTIME for the result's row"
                " time, or repeat the expression of GROUP BY.",
            )
        return typer.refused(span, f"{words} is neither in GROUP BY nor inside an aggregate such as MAX({words}).")
