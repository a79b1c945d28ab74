"""Types conditions: comparisons with lists and ranges, tests, LIKE, CASE and periods."""

from contextlib import suppress
from dataclasses import replace

from sql.analysis.expressions import Typer, form
from sql.analysis.forms import joined
from sql.analysis.problems import ReportedError
from sql.analysis.tree import walk
from sql.functions import registry
from sql.functions.casting import cast_to
from sql.functions.rules import AGGREGATES, common_type
from sql.language import ast
from sql.plan.expressions import Case, Coalesce, Const, Convert, Expr, In, InTable, Not, Test, Truth
from sql.plan.nodes import Table
from sql.types import BOOLEAN, NULL, TIMESTAMP, Family, Kind, Type

_NO_EXISTS = (
    "EXISTS (SELECT …) is known in the form EXISTS (SELECT * FROM table WHERE table.column = value) of a reference"
    " table alone; join the table or the streams instead."
)
_ORDERED = {"LIKE": "LIKE", "SIMILAR": "SIMILAR_TO"}


def negated(expr: Expr, *, yes: bool = True) -> Expr:
    """Returns the condition, or its NOT."""
    return Not(type=BOOLEAN, nullable=expr.nullable, arg=expr) if yes else expr


@form(ast.Not)
def _not(typer: Typer, node: ast.Not) -> Expr:
    return typer.marked(negated(typer.condition(node.expr)), node)


@form(ast.IsTest)
def _is(typer: Typer, node: ast.IsTest) -> Expr:
    arg = typer.type(node.expr)
    truth = Truth.NULL if node.what in {"NULL", "UNKNOWN"} else Truth(node.what)
    if node.what != "NULL" and arg.type.family not in {Family.BOOLEAN, Family.NULL}:
        raise typer.refused(node.span, f"IS {node.what} needs a condition, not {arg.type}.")
    return typer.marked(negated(Test(type=BOOLEAN, nullable=False, arg=arg, truth=truth), yes=node.negated), node)


@form(ast.Distinctness)
def _distinct(typer: Typer, node: ast.Distinctness) -> Expr:
    differs = typer.apply(node, "IS_DISTINCT_FROM", typer.each((node.left, node.right)))
    return typer.marked(negated(differs, yes=node.negated), node)


@form(ast.Between)
def _between(typer: Typer, node: ast.Between) -> Expr:
    value, low, high = typer.each((node.expr, node.low, node.high))

    def inside(least: Expr, most: Expr) -> Expr:
        return joined([typer.apply(node, ">=", [value, least]), typer.apply(node, "<=", [value, most])])

    found = inside(low, high)
    if node.symmetric:
        found = joined([found, inside(high, low)], either=True)
    return typer.marked(typer.bounded(negated(found, yes=node.negated), node), node)


@form(ast.InList)
def _in_list(typer: Typer, node: ast.InList) -> Expr:
    arg, *options = typer.each((node.expr, *node.values))
    for option, written in zip(options, node.values, strict=True):
        typer.apply(written, "=", [arg, option])  # refuses what cannot be compared
    if _pads([arg, *options]):
        equal = [typer.apply(written, "=", [arg, option]) for option, written in zip(options, node.values, strict=True)]
        return typer.marked(negated(joined(equal, either=True), yes=node.negated), node)
    target = common(typer, node, [arg, *options])
    nullable = any(each.nullable for each in (arg, *options))
    found = In(
        type=BOOLEAN,
        nullable=nullable,
        arg=as_type(arg, target),
        options=tuple(as_type(each, target) for each in options),
    )
    return typer.marked(negated(found, yes=node.negated), node)


def _pads(exprs: list[Expr]) -> bool:
    """Returns whether a comparison fills texts with blanks, so that equal texts may be held differently."""
    return len({each.type for each in exprs}) > 1 and any(each.type.kind == Kind.CHAR for each in exprs)


@form(ast.InQuery)
def _in_query(typer: Typer, node: ast.InQuery) -> Expr:
    """Returns `x IN (SELECT column FROM table)` of a reference table; other subqueries in conditions are refused."""
    arg = typer.type(node.expr)
    found = _of_a_table(typer, node.query)
    if found is None:
        raise typer.refused(node.span, "IN (SELECT …) works on a reference table alone; join the streams instead.")
    query, _, table = found
    item = query.items[0]
    plain = not (query.where or query.group or query.having or query.order or query.stagger)
    if len(query.items) > 1 or not isinstance(item, ast.Item) or not isinstance(item.expr, ast.ColumnRef) or not plain:
        raise typer.refused(
            node.span, "IN (SELECT …) of a reference table names one column, without WHERE or GROUP BY."
        )
    name = item.expr.parts[-1].name
    slot = next((slot for slot, each in enumerate(table.columns) if each.name == name), None)
    if slot is None:
        raise typer.refused(item.span, f"The table {table.name} has no column {name}.")
    column = table.columns[slot]
    typer.apply(node, "=", [arg, Const(type=column.type, nullable=column.nullable, value=None)])
    return typer.marked(negated(InTable(type=BOOLEAN, arg=arg, table=table.name, slot=slot), yes=node.negated), node)


def _of_a_table(typer: Typer, query: ast.Query) -> tuple[ast.Select, ast.NamedSource, Table] | None:
    """Returns a SELECT from one reference table alone, with its source and the table; None for another query."""
    if not isinstance(query, ast.Select) or len(query.sources) != 1:
        return None
    [source] = query.sources
    if not isinstance(source, ast.NamedSource):
        return None
    table = typer.context.tables.get(source.name.name)
    return (query, source, table) if table else None


@form(ast.Exists)
def _exists(typer: Typer, node: ast.Exists) -> Expr:
    """Returns `EXISTS (SELECT … FROM table WHERE table.column = x)` of a reference table: `x IN (…) IS TRUE`."""
    found = _equality(typer, node.query)
    if found is None:
        raise typer.refused(node.span, _NO_EXISTS)
    inner, outer, query = found
    item = ast.Item(span=inner.span, expr=inner)
    names = replace(query, items=(item,), where=None)
    arg = typer.type(ast.InQuery(span=node.span, expr=outer, query=names))
    return typer.marked(Test(type=BOOLEAN, nullable=False, arg=arg, truth=Truth.TRUE), node)


def _equality(typer: Typer, query: ast.Query) -> tuple[ast.ColumnRef, ast.Expression, ast.Select] | None:
    """Returns the column of a reference table and the outer value that a subquery's WHERE compares, if it does that."""
    found = _of_a_table(typer, query)
    if found is None:
        return None
    select, source, table = found
    where = select.where
    if not isinstance(where, ast.Binary) or where.op != "=" or _has_aggregate(select):
        return None
    own, columns = (source.alias or source.name).name, {each.name for each in table.columns}

    def of_table(node: object) -> bool:
        if not isinstance(node, ast.ColumnRef):
            return False
        first, *rest = (each.name for each in node.parts)
        return first == own if rest else first in columns

    for inner, outer in ((where.left, where.right), (where.right, where.left)):
        if isinstance(inner, ast.ColumnRef) and of_table(inner) and not any(map(of_table, walk(outer))):
            return inner, outer, select
    return None


def _has_aggregate(query: ast.Select) -> bool:
    """Returns whether an item collects rows; such a query gives a row even where its condition leaves none."""
    return any(
        isinstance(part, ast.Call) and part.name.name in AGGREGATES for item in query.items for part in walk(item)
    )


@form(ast.ScalarQuery)
def _scalar(typer: Typer, node: ast.ScalarQuery) -> Expr:
    raise typer.refused(node.span, "A SELECT inside an expression is not supported; join the reference table in FROM.")


@form(ast.Like)
def _like(typer: Typer, node: ast.Like) -> Expr:
    nodes = (node.expr, node.pattern, *([node.escape] if node.escape else []))
    return typer.marked(negated(typer.apply(node, _ORDERED[node.kind], typer.each(nodes)), yes=node.negated), node)


@form(ast.Case)
def _case(typer: Typer, node: ast.Case) -> Expr:
    """Returns a CASE; the simple form compares its operand with each value."""
    conditions = _conditions(typer, node)
    otherwise = node.otherwise
    results = typer.each([*(each.result for each in node.whens), *([otherwise] if otherwise else [])])
    if not otherwise:
        results.append(Const(type=NULL, value=None))
    target = common(typer, node, results)
    *values, last = (as_type(each, target) for each in results)
    nullable = any(each.nullable for each in results)
    branches = tuple(zip(conditions, values, strict=True))
    found = Case(type=target, nullable=nullable, branches=branches, otherwise=last)
    return typer.marked(typer.bounded(found, node) if node.operand else found, node)


def _conditions(typer: Typer, node: ast.Case) -> list[Expr]:
    if node.operand is None:
        failed: ReportedError | None = None
        conditions = []
        for when in node.whens:
            try:
                conditions.append(typer.condition(when.condition))
            except ReportedError as error:
                failed = error
        if failed:
            raise failed
        return conditions
    operand, *values = typer.each((node.operand, *(each.condition for each in node.whens)))
    return [typer.apply(when, "=", [operand, value]) for when, value in zip(node.whens, values, strict=True)]


@form(ast.PeriodTest)
def _period(typer: Typer, node: ast.PeriodTest) -> Expr:
    bounds = [node.left.start, node.left.end]
    bounds += [node.right.start, node.right.end] if isinstance(node.right, ast.Period) else [node.right] * 2
    name = "_".join(["PERIOD", *([node.qualifier] if node.qualifier else []), node.op])
    return typer.apply(node, name, typer.each(bounds))


def common(typer: Typer, node: ast.Node, exprs: list[Expr]) -> Type:
    """Returns the type that several values share. Raises ReportedError."""
    try:
        return common_type([each.type for each in exprs])
    except registry.TypeProblem as problem:
        raise typer.refused(node.span, str(problem)) from None


def as_type(expr: Expr, target: Type) -> Expr:
    """Returns a value in the way in which its common type is held; texts keep their length."""
    if expr.type.kind == Kind.NULL:
        return Const(type=target, value=None)
    same = expr.type == target or (
        expr.type.family == target.family
        and target.family in {Family.TEXT, Family.WHOLE, Family.INTERVAL, Family.BYTES}
    )
    if same or target == TIMESTAMP:
        return expr
    if isinstance(expr, Const) and expr.value is not None:
        with suppress(*registry.FAULTS):  # one that fails is left to fail in each row
            return replace(expr, type=target, value=cast_to(expr.type, target)(expr.value))
    return Convert(type=target, nullable=expr.nullable, arg=expr, written=expr.written, span=expr.span)


def coalesced(typer: Typer, node: ast.Call) -> Expr:
    """Returns COALESCE(…)."""
    args = typer.each(node.args)
    if not args:
        raise typer.refused(node.span, "COALESCE needs at least one argument.")
    target = common(typer, node, args)
    nullable = all(each.nullable for each in args)
    return typer.marked(
        Coalesce(type=target, nullable=nullable, args=tuple(as_type(each, target) for each in args)), node
    )


def null_if(typer: Typer, node: ast.Call) -> Expr:
    """Returns NULLIF(a, b): CASE WHEN a = b THEN NULL ELSE a END."""
    if len(node.args) != 2:
        raise typer.refused(node.span, "NULLIF needs two arguments.")
    value, other = typer.each(node.args)
    equal = typer.apply(node, "=", [value, other])
    nothing = Const(type=value.type, value=None)
    found = Case(type=value.type, branches=((equal, nothing),), otherwise=value)
    return typer.marked(typer.bounded(found, node), node)
