"""Turns queries into operators: the clauses of SELECT one after the other, and UNION ALL."""

from dataclasses import replace

from sql.analysis.context import Context
from sql.analysis.distinct import distinct
from sql.analysis.expressions import Typer
from sql.analysis.grouping import grouped
from sql.analysis.joins import from_clause
from sql.analysis.ordering import typed_order
from sql.analysis.problems import ReportedError, Tried
from sql.analysis.rewriting import plain
from sql.analysis.rows import Rows, filtered
from sql.analysis.scope import Scope
from sql.analysis.select_list import select_list
from sql.analysis.sorting import selected
from sql.analysis.unions import union
from sql.analysis.windows import Windows
from sql.language import ast
from sql.plan.nodes import Node


def query(context: Context, node: ast.Query) -> Rows:
    """Returns the rows of a query. Raises ReportedError after it wrote all problems down."""
    context.count(node.span)
    match node:
        case ast.Select():
            return select(context, node)
        case ast.SetQuery():
            return union(context, node, query)
    raise context.problems.refused(node.span, "VALUES gives no stream; SELECT STREAM … FROM a stream instead.")


def select(context: Context, node: ast.Select) -> Rows:
    """Returns the rows of one SELECT."""
    source, scope, is_filtered = from_clause(context, node, query)
    scope = replace(scope, aliases=_aliases(context, node, scope))
    tried = Tried()
    base = source if is_filtered else tried(lambda: _where(context, node, source, scope))
    rows = tried(lambda: _rest(context, node, base or source, scope))
    if rows is None or tried.failed:
        raise ReportedError
    return rows


def _rest(context: Context, node: ast.Select, base: Node, scope: Scope) -> Rows:
    if node.group or node.stagger:
        return grouped(context, node, base, scope)
    if node.having is not None:
        raise context.problems.refused(
            node.having.span, "HAVING needs GROUP BY or WINDOWED BY; use WHERE for single rows."
        )
    return _plain(context, node, base, scope)


def _aliases(context: Context, node: ast.Select, scope: Scope) -> dict[str, str]:
    known = {each.name for source in scope.sources for each in source.columns}
    return {
        item.alias.name: context.problems.words(item.expr.span)
        for item in node.items
        if isinstance(item, ast.Item) and item.alias and item.alias.name not in known
    }


def _where(context: Context, node: ast.Select, source: Node, scope: Scope) -> Node:
    if node.where is None:
        return source
    condition = Typer(context, scope, "WHERE").condition(node.where)
    return filtered(source, condition, context.problems.line(node.where.span))


def _plain(context: Context, node: ast.Select, base: Node, scope: Scope) -> Rows:
    """Returns the rows of a SELECT without groups: one for each row of FROM."""
    windows = Windows(context, scope, node.windows, base)
    typer = Typer(context, scope, "SELECT", analytic=windows)
    items = select_list(typer, node)
    ordering = typed_order(Typer(context, scope, "ORDER BY", analytic=windows), node.order, items)
    line = context.problems.line(node.span)
    rows = selected(context, windows.node(line), items, ordering, lambda expr, _: plain(expr), line)
    return distinct(context, node, rows) if node.distinct else rows
