"""Assigns the columns of a query to those of the stream into which a pump writes, by position."""

from sql.analysis.context import Context
from sql.analysis.names import counted, meant, shown
from sql.analysis.problems import ReportedError
from sql.analysis.rows import Rows
from sql.functions.rules import assignable
from sql.language import ast
from sql.plan.expressions import Const, Convert, Expr, Field
from sql.plan.nodes import Column, InAppStream, Project
from sql.plan.words import cut
from sql.types import BITS, Family, Kind, Type

_HINTS = {
    (Family.TEXT, Family.WHOLE): "; write CAST(… AS {target})",
    (Family.TEXT, Family.EXACT): "; write CAST(… AS {target})",
    (Family.TEXT, Family.APPROXIMATE): "; write CAST(… AS {target})",
    (Family.TEXT, Family.TIMESTAMP): "; write CHAR_TO_TIMESTAMP('yyyy-MM-dd HH:mm:ss', …)",
    (Family.TEXT, Family.DATE): "; write CHAR_TO_DATE('yyyy-MM-dd', …)",
    (Family.WHOLE, Family.TIMESTAMP): "; write TO_TIMESTAMP(…), which takes milliseconds",
    (Family.TIMESTAMP, Family.WHOLE): "; write UNIX_TIMESTAMP(…), which gives milliseconds",
    (Family.TIMESTAMP, Family.TEXT): "; write TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm:ss', …)",
    (Family.INTERVAL, Family.WHOLE): "; write CAST(… AS {target})",
    (Family.INTERVAL, Family.APPROXIMATE): "; write CAST(CAST(… AS BIGINT) AS {target})",
    (Family.INTERVAL, Family.TEXT): "; write CAST(… AS {target})",
    (Family.INTERVAL, Family.TIMESTAMP): "; add it to a time: TIMESTAMP '1970-01-01 00:00:00' + …",
    (Family.WHOLE, Family.TEXT): "; write CAST(… AS {target})",
    (Family.EXACT, Family.TEXT): "; write CAST(… AS {target})",
    (Family.APPROXIMATE, Family.TEXT): "; write CAST(… AS {target})",
    (Family.BOOLEAN, Family.TEXT): "; write CAST(… AS {target})",
    (Family.ROW, Family.TEXT): "; name one of its columns, such as t.r.COLUMN1",
}


def assigned(context: Context, rows: Rows, insert: ast.Insert | None, target: InAppStream | None) -> Project:
    """Returns the root of a pump; without a target, the rows as they are. Raises ReportedError."""
    visible = tuple(each for each in rows.columns if not each.hidden)
    exprs = [_inner(rows, each.expr) for each in visible]
    node = rows.node.input if isinstance(rows.node, Project) else rows.node
    line = rows.node.line
    if insert is None or target is None:
        columns = tuple(Column(each.name, each.expr.type, each.expr.nullable) for each in visible)
        return Project(columns=columns, input=node, items=tuple(exprs), line=line)
    places = _places(context, insert, target)
    if len(places) != len(exprs):
        raise context.problems.refused(insert.query.span, _count(insert, target, places, len(exprs)))
    items = _items(context, insert, target, dict(zip((each.name for each in places), exprs, strict=True)))
    return Project(columns=target.columns, input=node, items=items, line=line)


def _inner(rows: Rows, expr: Expr) -> Expr:
    """Returns a column's own expression, if the rows are computed by a Project that falls together with the root."""
    return rows.node.items[expr.slot] if isinstance(rows.node, Project) and isinstance(expr, Field) else expr


def _places(context: Context, insert: ast.Insert, target: InAppStream) -> list[Column]:
    """Returns the columns that get a value, in the order of the query. Raises ReportedError."""
    if not insert.columns:
        return list(target.columns)
    known = {each.name: each for each in target.columns}
    found: dict[str, Column] = {}
    for each in insert.columns:
        if each.name not in known:
            raise context.problems.refused(
                each.span, f"{shown(target.name)} has no column {shown(each.name)}{meant(each.name, known)}"
            )
        if each.name in found:
            raise context.problems.refused(each.span, f"Column {shown(each.name)} stands twice in the list.")
        found[each.name] = known[each.name]
    return list(found.values())


def _count(insert: ast.Insert, target: InAppStream, places: list[Column], count: int) -> str:
    what = "the list names" if insert.columns else f"{shown(target.name)} has"
    difference = count - len(places)
    mend = (
        f"leave {difference} out"
        if difference > 0
        else f"select {-difference} more, or list the columns that get a value"
    )
    return f"The SELECT gives {counted(count, 'column')}, and {what} {len(places)}; {mend}."


def _items(context: Context, insert: ast.Insert, target: InAppStream, values: dict[str, Expr]) -> tuple[Expr, ...]:
    """Returns the target's columns: the query's values converted, NULL for columns that get none."""
    items: list[Expr] = []
    failed = False
    for column in target.columns:
        context.count(insert.span)
        expr = values.get(column.name)
        if expr is None:
            if not column.nullable:
                failed = True
                context.problems.add(
                    insert.span, f"Column {shown(column.name)} is NOT NULL, and the list leaves it out."
                )
            items.append(Const(type=column.type, value=None))
            continue
        if not assignable(expr.type, column.type):
            failed = True
            context.problems.add(expr.span if expr.written else insert.span, _mismatch(expr, column))
        items.append(converted(expr, column))
    if failed:
        raise ReportedError
    return tuple(items)


def _mismatch(expr: Expr, column: Column) -> str:
    hint = _HINTS.get((expr.type.family, column.type.family), "").format(target=column.type)
    return f"{cut(expr.written) or 'A value'} is {expr.type}, and column {shown(column.name)} is {column.type}{hint}."


def converted(expr: Expr, column: Column) -> Expr:
    """Returns a value as an INSERT converts it for a column; nothing is done where nothing can change."""
    checks = not column.nullable and expr.nullable
    if not checks and fits(expr.type, column.type):
        return expr
    return Convert(
        type=column.type,
        nullable=column.nullable and expr.nullable,
        arg=expr,
        assigns=True,
        not_null=not column.nullable,
        column=column.name,
        written=expr.written,
        span=expr.span,
    )


def fits(source: Type, target: Type) -> bool:
    """Returns whether every value of a type is one of another as it is held."""
    if source == target:
        return True
    if source.kind in BITS and target.kind in BITS:
        return BITS[source.kind] <= BITS[target.kind]
    return source.family == Family.TEXT and target.kind == Kind.VARCHAR and source.size <= target.size
