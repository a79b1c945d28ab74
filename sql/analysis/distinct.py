"""Types SELECT DISTINCT: it forgets rows when the time among its columns goes on."""

from sql.analysis.context import Context
from sql.analysis.rows import Rows
from sql.language import ast
from sql.plan.nodes import Distinct

_HELP = (
    "SELECT DISTINCT on a stream needs a time that never falls among its columns, so that it can forget rows; add"
    " FLOOR(s.ROWTIME TO MINUTE) or STEP(s.ROWTIME BY INTERVAL '10' SECOND)."
)


def distinct(context: Context, node: ast.Select, rows: Rows) -> Rows:
    """Returns the first of equal rows in each step of time. Raises ReportedError."""
    moving = [each.trend for each in rows.columns if each.trend and each.trend.direction]
    if not moving:
        raise context.problems.refused(node.span, _HELP)
    clocks = [each.clock for each in moving if each.clock]
    period = min((each.period for each in clocks), key=lambda each: each.size or 1 << 62, default=None)
    if period is None:
        context.problems.warn(
            node.span,
            "SELECT DISTINCT keeps rows as long as it can, since MONOTONIC(…) does not say until when; ROWTIME does.",
        )
    line = context.problems.line(node.span)
    return Rows(Distinct(columns=rows.node.columns, input=rows.node, period=period, line=line), rows.columns)
