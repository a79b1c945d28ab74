"""Types the windows of a join of streams, and keeps the row times of its sides."""

from collections.abc import Sequence
from dataclasses import replace

from sql.analysis.context import Context
from sql.analysis.expressions import Typer
from sql.analysis.join_sides import Part
from sql.analysis.rows import reachable
from sql.analysis.scope import ROW_TIME_EXPR, ROWTIME, Scope
from sql.analysis.windows import check_order, frame_bounds, resolve
from sql.language import ast
from sql.plan.expressions import Expr, Field
from sql.plan.nodes import Column, Frame, Project
from sql.types import TIMESTAMP


def join_frame(context: Context, select: ast.Select, part: Part) -> Frame | None:
    """Returns the frame of a side of a join, or None for one that takes part with its current row alone."""
    if part.over is None:
        return None
    spec = resolve(context, select.windows, part.over)
    if spec.partition:
        raise context.problems.refused(
            spec.span,
            "The window of a join takes no PARTITION BY; the condition after ON says which rows belong together.",
        )
    typer = Typer(context, Scope(part.sources), "OVER")
    check_order(typer, spec, part.over)
    reach, rows = (None, None) if spec.frame is None else frame_bounds(typer, spec.frame)
    if reach is None and rows is None:
        raise context.problems.refused(
            part.over.span,
            "The window of a join would keep all rows for ever; write RANGE INTERVAL '1' MINUTE PRECEDING.",
        )
    return Frame(partition=(), range=reach, rows=rows)


def with_row_times(left: Part, right: Part, frames: Sequence[Frame | None], kind: str) -> tuple[Part, Part]:
    """Returns the sides with their own row times behind their columns, where these may differ from the join's."""
    supplied = {"LEFT": (False, True), "RIGHT": (True, False), "FULL": (True, True)}.get(kind, (False, False))
    done = [
        _kept(each) if frame is not None or null else each
        for each, frame, null in zip((left, right), frames, supplied, strict=True)
    ]
    return done[0], done[1]


def _kept(part: Part) -> Part:
    """Returns a side whose row time is a column of its own, which does not move as the join's row time does."""
    if part.node is None:
        return part
    column = Column(ROWTIME, TIMESTAMP, nullable=False)
    columns = (*part.node.columns, column)
    items: tuple[Expr, ...] = tuple(each.expr for each in reachable(part.node.columns))
    node = Project(columns=columns, input=part.node, items=(*items, ROW_TIME_EXPR), line=part.node.line)
    slot = len(columns) - 1
    read = Field(type=TIMESTAMP, nullable=False, slot=slot)
    sources = tuple(
        replace(
            each,
            rowtime=read if each.rowtime == ROW_TIME_EXPR else each.rowtime,
            rowtime_trend=None,
            columns=tuple(
                replace(one, expr=read if one.expr == ROW_TIME_EXPR else one.expr, trend=None) for one in each.columns
            ),
        )
        for each in part.sources
    )
    return replace(part, node=node, sources=sources, columns=columns)
