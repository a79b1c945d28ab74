"""Turns FROM into operators: one source, or joins of several."""

from sql.analysis.context import Context
from sql.analysis.scope import Scope
from sql.analysis.sources import Queries, Side, named_source, subquery
from sql.language import ast
from sql.plan.nodes import Node


def from_clause(context: Context, select: ast.Select, queries: Queries) -> tuple[Node, Scope]:
    """Returns the operator that gives the rows of FROM, and the scope of their columns. Raises ReportedError."""
    side = _side(context, select.sources[0], select, queries)
    if side.node is None:
        raise context.problems.refused(
            select.sources[0].span, "A reference table alone gives no rows; join it with a stream: FROM s JOIN t ON …."
        )
    return side.node, Scope((side.named,))


def _side(context: Context, source: ast.Source, select: ast.Select, queries: Queries) -> Side:
    match source:
        case ast.NamedSource():
            return named_source(context, source, select)
        case ast.SubquerySource():
            return subquery(context, source, queries)
    raise context.problems.refused(source.span, "not yet")
