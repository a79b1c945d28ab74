"""Types windows: the frames of OVER, and the analytic calls over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sql.analysis.aggregates import CALLS_MOST, describe, result_nullable
from sql.analysis.context import Context
from sql.analysis.expressions import Typer, constant
from sql.analysis.names import meant, shown, written
from sql.analysis.rewriting import plain
from sql.analysis.scope import Scope
from sql.functions.rules import PERCENTILES, is_months
from sql.language import ast
from sql.plan.expressions import Expr, Field, RowTime
from sql.plan.nodes import Call, Column, Frame, Node, Over
from sql.types import Family

ROWS_MOST = 10_000_000
RANGE_MOST = 366 * 86_400_000  # milliseconds
_NOW = "write RANGE INTERVAL '1' MINUTE PRECEDING or ROWS 9 PRECEDING, which end at the current row."


@dataclass(slots=True)
class Windows:
    """Collects the analytic calls of a SELECT with their frames; equal ones are computed once."""

    context: Context
    scope: Scope
    named: Sequence[ast.NamedWindow]
    input: Node
    frames: dict[Frame, int] = field(default_factory=dict)  # with their places
    calls: dict[Call, int] = field(default_factory=dict)

    def take(self, typer: Typer, call: ast.Call) -> Expr:
        frame = self.frame(call.over, call) if call.over else Frame(partition=())
        if call.name.name in PERCENTILES and frame.range is None and frame.rows is None:
            raise typer.refused(
                call.span,
                f"{call.name.name} keeps the values of its window, and this one takes all rows so far; write"
                " RANGE INTERVAL '1' MINUTE PRECEDING.",
            )
        described = describe(typer, call, self.frames.setdefault(frame, len(self.frames)))
        slot = len(self.input.columns) + self.calls.setdefault(described, len(self.calls))
        if len(self.calls) > CALLS_MOST:
            raise self.context.problems.refused(call.span, f"A SELECT has at most {CALLS_MOST} analytic calls.")
        return typer.marked(Field(type=described.type, nullable=result_nullable(described), slot=slot), call)

    def frame(self, over: ast.Window, at: ast.Node) -> Frame:
        """Returns the frame of a window. Raises ReportedError."""
        spec = resolve(self.context, self.named, over)
        typer = Typer(self.context, self.scope, "PARTITION BY")
        partition = tuple(plain(each) for each in typer.each(spec.partition))
        check_order(typer, spec, at)
        reach, rows = (None, None) if spec.frame is None else frame_bounds(typer, spec.frame)
        if reach is None and rows is None:
            self.context.problems.warn(
                at.span, "The window never ends: it takes all rows so far; write RANGE INTERVAL '1' MINUTE PRECEDING."
            )
        return Frame(partition=partition, range=reach, rows=rows)

    def node(self, line: int) -> Node:
        """Returns the input's rows with the values of the calls behind them."""
        if not self.calls:
            return self.input
        added = tuple(
            Column(f"{each.function}_{number}", each.type, result_nullable(each))
            for number, each in enumerate(self.calls, 1)
        )
        columns = (*self.input.columns, *added)
        return Over(columns=columns, input=self.input, frames=tuple(self.frames), calls=tuple(self.calls), line=line)


def resolve(context: Context, named: Sequence[ast.NamedWindow], over: ast.Window) -> ast.WindowSpec:
    """Returns a window's own specification, with that of the named window which it refines. Raises ReportedError."""
    for _ in range(len(named) + 2):
        name = over.name if isinstance(over, ast.WindowRef) else over.base
        if name is None:
            return over if isinstance(over, ast.WindowSpec) else ast.WindowSpec()
        found = next((each.spec for each in named if each.name.name == name.name), None)
        if found is None:
            known = [each.name.name for each in named]
            guess = meant(name.name, known) if known else f"; define it after FROM: WINDOW {written(name.name)} AS (…)."
            raise context.problems.refused(name.span, f"Window {shown(name.name)} not found{guess}")
        over = found if isinstance(over, ast.WindowRef) else _refined(context, over, found)
    raise context.problems.refused(over.span, "The windows of this SELECT refer to each other in a circle.")


def _refined(context: Context, spec: ast.WindowSpec, base: ast.WindowSpec) -> ast.WindowSpec:
    for own, other, clause in (
        (spec.partition, base.partition, "PARTITION BY"),
        (spec.order, base.order, "ORDER BY"),
        (spec.frame, base.frame, "RANGE or ROWS"),
    ):
        if own and other:
            raise context.problems.refused(spec.span, f"The window that this one refines has a {clause} already.")
    return ast.WindowSpec(
        base.base, spec.partition or base.partition, spec.order or base.order, spec.frame or base.frame, span=spec.span
    )


def check_order(typer: Typer, spec: ast.WindowSpec, at: ast.Node) -> None:
    """Refuses an ORDER BY in a window; the row time, upwards, changes nothing."""
    for key in spec.order:
        typed = typer.type(key.expr)
        if not isinstance(typed, RowTime) or key.descending:
            raise typer.refused(key.span, "A window on a stream is in the order of ROWTIME; leave its ORDER BY out.")


def frame_bounds(typer: Typer, frame: ast.Frame) -> tuple[int | None, int | None]:
    """Returns the milliseconds of RANGE or the number of rows of ROWS; both None for UNBOUNDED PRECEDING."""
    word = "ROWS" if frame.rows else "RANGE"
    if frame.end.kind != "CURRENT ROW":
        ends = "after the current row" if frame.end.kind == "FOLLOWING" else "before the current row"
        raise typer.refused(frame.end.span, f"A window on a stream cannot end {ends}; {_NOW}")
    if frame.start.kind == "FOLLOWING":
        raise typer.refused(frame.start.span, f"A window on a stream cannot begin after the current row; {_NOW}")
    if frame.start.kind == "CURRENT ROW":
        return (None, 1) if frame.rows else (0, None)
    if frame.start.amount is None:
        return None, None
    amount = typer.type(frame.start.amount)
    value = constant(amount)
    if frame.rows:
        return None, _rows(typer, frame.start.amount, amount, value)
    if amount.type.family != Family.INTERVAL or is_months(amount.type) or not isinstance(value, int):
        raise typer.refused(
            frame.start.amount.span, f"{word} needs a constant INTERVAL of days, hours, minutes or seconds."
        )
    return _reach(typer, frame.start.amount, value), None


def _rows(typer: Typer, node: ast.Node, amount: Expr, value: object) -> int:
    if amount.type.family != Family.WHOLE or not isinstance(value, int):
        raise typer.refused(node.span, "ROWS needs a constant whole number; RANGE takes an INTERVAL.")
    if not 1 <= value < ROWS_MOST:
        raise typer.refused(
            node.span,
            f"ROWS needs a number from 1 to {ROWS_MOST - 1}; for the current row alone write ROWS CURRENT ROW.",
        )
    return value + 1


def _reach(typer: Typer, node: ast.Node, value: int) -> int:
    if not 0 < value <= RANGE_MOST:
        raise typer.refused(
            node.span,
            "RANGE needs an INTERVAL above 0 and of 366 days at most; for this millisecond write CURRENT ROW.",
        )
    return value
