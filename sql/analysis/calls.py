"""Types calls: functions of the dialect, the script's own functions, and those that collect rows."""

from sql.analysis.expressions import Typer, form
from sql.analysis.forms import CLOCKS, KEY_CLAUSES
from sql.analysis.names import counted, meant, shown
from sql.analysis.predicates import coalesced, null_if
from sql.analysis.problems import ReportedError
from sql.analysis.rewriting import Declared
from sql.analysis.scope import ROW_TIME_EXPR, Scope
from sql.functions import registry
from sql.functions.rules import AGGREGATES
from sql.language import ast
from sql.language.words import near
from sql.plan.expressions import Case, Const, Convert, Expr, Test, Truth
from sql.types import BOOLEAN

ANALYTIC_ONLY = frozenset({"NTH_VALUE", "LAG", "EXP_AVG"})
UNSUPPORTED = {
    **dict.fromkeys(
        ("ROW_NUMBER", "RANK", "DENSE_RANK", "LEAD", "PERCENT_RANK", "CUME_DIST", "NTILE"),
        "{name} is not supported on streams; use TOP_K_ITEMS_TUMBLING, or ORDER BY within a window.",
    ),
    **dict.fromkeys(
        ("RANDOM_CUT_FOREST", "RANDOM_CUT_FOREST_WITH_EXPLANATION", "HOTSPOTS", "TOP_K_ITEMS_TUMBLING"),
        "{name} gives rows; write it in FROM: FROM TABLE({name}(CURSOR(SELECT STREAM … FROM …), …)).",
    ),
    "COUNT_DISTINCT_ITEMS_TUMBLING": "{name} gives rows; write it in FROM: TABLE({name}(CURSOR(…), 'column', 60)).",
    "GROUP_RANK": "GROUP_RANK is not supported; use ORDER BY within a window, or TOP_K_ITEMS_TUMBLING.",
}
_NO_AGGREGATE = {
    "WHERE": "{name} collects rows, and WHERE looks at one; use HAVING, or nest the SELECT and filter outside.",
    "GROUP BY": "{name} cannot be a key of GROUP BY.",
    "ON": "{name} cannot stand in the condition of a join; compute it in a subquery.",
}


def over_all_rows(call: ast.Call) -> bool:
    """Returns whether a call collects rows, by its name; the script's own functions come first."""
    return call.name.name in AGGREGATES


_OWN_FORMS = frozenset({"COALESCE", "NULLIF", "MONOTONIC"})


@form(ast.Call)
def _call(typer: Typer, node: ast.Call) -> Expr:
    name = node.name.name
    if name in typer.context.broken:
        raise ReportedError  # its definition has a problem, which is written down
    if name in typer.context.functions:
        return _inlined(typer, node, typer.context.functions[name])
    if node.over is not None:
        return _analytic(typer, node)
    if over_all_rows(node):
        return _aggregate(typer, node)
    known = name in registry.called() or name in _OWN_FORMS
    if known and (node.star or node.distinct or node.from_last or node.ignore_nulls):
        raise typer.refused(
            node.span, f"{shown(name)} collects no rows and takes neither *, DISTINCT nor IGNORE NULLS."
        )
    if name == "COALESCE":
        return coalesced(typer, node)
    if name == "NULLIF":
        return null_if(typer, node)
    if name == "MONOTONIC":
        return _monotonic(typer, node)
    if not known:
        raise _no_name(typer, node, name)
    if name == "TSDIFF" and typer.context.application.switches.tsdiff == "absolute":
        name = "TSDIFF_ABSOLUTE"
    args = typer.each(node.args)
    return typer.apply(node, name, [*args, *_beside(name)])


def _beside(name: str) -> list[Expr]:
    """Returns the arguments that a script does not write: the year of a syslog line is that of its row time."""
    return [ROW_TIME_EXPR] if name == "SYS_LOG_PARSE" else []


def _no_name(typer: Typer, node: ast.Call, name: str) -> ReportedError:
    if name in CLOCKS and not node.args:
        return typer.refused(node.span, f"{name} takes no parentheses; write {name} alone.")
    sentence = registry.NOT_OF_THE_DIALECT.get(name) or UNSUPPORTED.get(name, "").format(name=name)
    known = [*registry.called(), *AGGREGATES, *typer.context.functions]
    guess = near(name, tuple(known))
    mend = f"; did you mean {guess}?" if guess else "."
    return typer.refused(node.name.span, sentence or f"There is no function {shown(name)}{mend}")


def _monotonic(typer: Typer, node: ast.Call) -> Expr:
    if len(node.args) != 1:
        raise typer.refused(node.span, "MONOTONIC takes one expression.")
    arg = typer.type(node.args[0])
    return typer.marked(Declared(type=arg.type, nullable=arg.nullable, arg=arg), node)


def _analytic(typer: Typer, node: ast.Call) -> Expr:
    name = node.name.name
    if name not in AGGREGATES:
        raise _no_analytic(typer, node, name)
    if typer.analytic is None:
        raise typer.refused(
            node.span,
            f"{name} OVER a window cannot stand in {typer.clause or 'this place'}; nest it in a subquery in FROM.",
        )
    return typer.analytic.take(typer, node)


def _no_analytic(typer: Typer, node: ast.Call, name: str) -> ReportedError:
    if name in UNSUPPORTED:
        return typer.refused(node.span, UNSUPPORTED[name].format(name=name))
    if name in registry.called():
        return typer.refused(node.span, f"{shown(name)} collects no rows and takes no OVER.")
    return typer.refused(node.span, f"There is no analytic function {shown(name)}{meant(name, list(AGGREGATES))}")


def _aggregate(typer: Typer, node: ast.Call) -> Expr:
    name = node.name.name
    if name in ANALYTIC_ONLY:
        raise typer.refused(node.span, f"{name} needs OVER (…): it looks at the rows of a window.")
    if typer.aggregates is None:
        nested = f"{{name}} cannot stand in {typer.clause}; nest the SELECT, and collect its rows outside."
        sentence = (
            nested
            if typer.clause.startswith("the argument")
            else _NO_AGGREGATE.get(typer.clause)
            or ("{name} collects rows: it needs OVER (…), or GROUP BY with a time, such as FLOOR(s.ROWTIME TO MINUTE).")
        )
        raise typer.refused(node.span, sentence.format(name=name))
    return typer.aggregates.take(typer, node)


def _inlined(typer: Typer, node: ast.Call, function: ast.CreateFunction) -> Expr:
    """Returns the body of the script's own function with the arguments in it; they need the declared types."""
    name = shown(node.name.name)
    if len(node.args) != len(function.parameters):
        raise typer.refused(
            node.span, f"{name} takes {counted(len(function.parameters), 'argument')}, not {len(node.args)}."
        )
    args = typer.each(node.args)
    for parameter, arg, written in zip(function.parameters, args, node.args, strict=True):
        if not _fits(arg, parameter):
            raise typer.refused(
                written.span,
                f"{name} takes {parameter.type} as {shown(parameter.name.name)}, not {arg.type}; CAST it.",
            )
    values = {parameter.name.name: arg for parameter, arg in zip(function.parameters, args, strict=True)}
    return typer.marked(typer.bounded(_body(typer, node, function, values), node), node)


def _fits(arg: Expr, parameter: ast.Parameter) -> bool:
    """Returns whether an argument has the parameter's type; NULL has every type, and a shorter text fits."""
    source, target = arg.type, parameter.type
    same_family = source.family == target.family and (source.is_numeric is False or source == target)
    return (isinstance(arg, Const) and arg.value is None) or (same_family and source.size <= target.size)


def _body(typer: Typer, node: ast.Call, function: ast.CreateFunction, values: dict[str, Expr]) -> Expr:
    inner = Typer(typer.context, Scope(()), f"function {shown(function.name.name)}", parameters=values)
    inner.grouped = typer.grouped and typer.clause not in KEY_CLAUSES
    inner.depth = typer.depth
    try:
        body = inner.type(function.body)
    except ReportedError:
        raise typer.refused(
            node.span, f"{shown(function.name.name)} cannot be used here; see its definition."
        ) from None
    result = Convert(type=function.returns, nullable=body.nullable, arg=body)
    if not function.null_on_null or not values:
        return result
    tests = tuple(
        (Test(type=BOOLEAN, nullable=False, arg=each, truth=Truth.NULL), Const(type=function.returns, value=None))
        for each in values.values()
        if each.nullable
    )
    return Case(type=function.returns, branches=tests, otherwise=result) if tests else result
