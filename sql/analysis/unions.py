"""Types UNION ALL."""

from collections.abc import Callable
from dataclasses import replace

from sql.analysis.context import Context
from sql.analysis.predicates import as_type
from sql.analysis.problems import ReportedError, Tried
from sql.analysis.rows import Rows, Value, field_of, project
from sql.analysis.scope import Seen
from sql.functions import registry
from sql.functions.rules import common_type
from sql.language import ast
from sql.plan.expressions import Field
from sql.plan.nodes import Column, Node, Union
from sql.types import Type


def union(context: Context, node: ast.SetQuery, query: Callable[[Context, ast.Query], Rows]) -> Rows:
    """Returns the rows of UNION ALL. Raises ReportedError."""
    if node.op != "UNION" or not node.all:
        name = node.op if node.op != "UNION" else "UNION without ALL"
        raise context.problems.refused(node.span, f"{name} is not supported on streams; only UNION ALL is.")
    if node.order:
        return query(context, _sorted(node))
    tried = Tried()
    branches = [rows for each in _branches(node) if (rows := tried(lambda each=each: query(context, each)))]  # type: ignore[misc]
    if tried.failed:
        raise ReportedError
    types = _types(context, node, branches)
    line = context.problems.line(node.span)
    nodes = tuple(_converted(context, each, types, node) for each in branches)
    columns = tuple(
        Column(seen.name, kind, any(each.node.columns[slot].nullable for each in branches))
        for slot, (seen, kind) in enumerate(zip(branches[0].columns, types, strict=True))
    )
    done = Union(columns=columns, branches=nodes, line=line)
    return Rows(done, tuple(_column(branches, column, slot, node) for slot, column in enumerate(columns)))


def _branches(node: ast.Query) -> list[ast.Query]:
    """Returns the queries of a chain of UNION ALL."""
    found: list[ast.Query] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.SetQuery) and each.op == "UNION" and each.all and not each.order:
            waiting += [each.right, each.left]
        else:
            found.append(each)
    return found


def _sorted(node: ast.SetQuery) -> ast.Select:
    """Returns a query that sorts the rows of a union: SELECT * FROM (the union) ORDER BY …."""
    source = ast.SubquerySource(span=node.span, query=replace(node, order=()))
    return ast.Select(span=node.span, items=(ast.Star(span=node.span),), sources=(source,), order=node.order)


def _types(context: Context, node: ast.SetQuery, branches: list[Rows]) -> list[Type]:
    count = len(branches[0].columns)
    for number, each in enumerate(branches, 1):
        if len(each.columns) != count:
            raise context.problems.refused(
                node.span,
                f"UNION ALL: the first SELECT has {count} columns, and number {number} has {len(each.columns)}.",
            )
    found = []
    for slot in range(count):
        try:
            found.append(common_type([each.columns[slot].expr.type for each in branches]))
        except registry.TypeProblem as problem:
            raise context.problems.refused(node.span, f"UNION ALL, column {slot + 1}: {problem}") from None
    return found


def _converted(context: Context, rows: Rows, types: list[Type], node: ast.SetQuery) -> Node:
    values = [
        Value(each.name, as_type(each.expr, kind), node.span) for each, kind in zip(rows.columns, types, strict=True)
    ]
    same = all(value.expr is each.expr for value, each in zip(values, rows.columns, strict=True))
    width = len(rows.node.columns) == len(values)
    return rows.node if same and width else project(context, rows.node, values, context.problems.line(node.span)).node


def _column(branches: list[Rows], column: Column, slot: int, node: ast.SetQuery) -> Seen:
    """Returns a column of the union; it moves as the branches' do, if they all move alike."""
    trends = {each.columns[slot].trend for each in branches}
    read = Field(type=column.type, nullable=column.nullable, slot=slot)
    return field_of(Value(column.name, read, node.span, trends.pop() if len(trends) == 1 else None), slot)
