"""Types literals, columns, operators and the forms of the grammar that stand for functions."""

from sql.analysis.expressions import Typer, form
from sql.analysis.names import shown
from sql.analysis.rewriting import OutTime
from sql.analysis.scope import ROW_TIME_EXPR, ROWTIME
from sql.analysis.tree import walk
from sql.functions.rules import TIMES
from sql.language import ast
from sql.plan.expressions import Const, Convert, Expr, Junction, StartTime
from sql.types import BOOLEAN, DATE, TIME, TIMESTAMP, Family, interval, varchar

# Names that are read like columns; the value is the type of the time that each gives.
CLOCKS = {
    "CURRENT_ROW_TIMESTAMP": TIMESTAMP,
    "CURRENT_TIMESTAMP": TIMESTAMP,
    "LOCALTIMESTAMP": TIMESTAMP,
    "CURRENT_DATE": DATE,
    "CURRENT_TIME": TIME,
    "LOCALTIME": TIME,
}
KEY_CLAUSES = ("GROUP BY", "WINDOWED BY", "WHERE", "ON")


def text(value: str) -> Const:
    """Returns a constant text, such as a unit's name."""
    return Const(type=varchar(max(1, len(value))), nullable=False, value=value)


@form(ast.Literal)
def _literal(typer: Typer, node: ast.Literal) -> Expr:
    return typer.marked(Const(type=node.type, nullable=node.value is None, value=node.value), node)


@form(ast.IntervalLiteral)
def _interval(typer: Typer, node: ast.IntervalLiteral) -> Expr:
    unit = node.leading if node.leading == node.trailing else f"{node.leading} TO {node.trailing}"
    value = node.months if node.leading in {"YEAR", "MONTH"} else node.milliseconds
    return typer.marked(Const(type=interval(unit), nullable=False, value=value), node)


@form(ast.ColumnRef)
def _column(typer: Typer, node: ast.ColumnRef) -> Expr:
    """Returns a column, the row time, a parameter, or the time of CURRENT_TIMESTAMP and its kin."""
    first = node.parts[0]
    if len(node.parts) == 1:
        if first.name in typer.parameters:
            return typer.parameters[first.name]
        if first.name in CLOCKS and not first.quoted and first.name not in typer.scope.names:
            return typer.marked(_clock(typer, first.name), node)
        if first.name == ROWTIME and typer.grouped and not typer.parameters:
            return typer.marked(_out_time(typer, node), node)
        if first.name == ROWTIME and typer.scope.sources:
            return typer.marked(ROW_TIME_EXPR, node)
    found = typer.scope.resolve(node.parts, typer.context.problems)
    return typer.marked(found.expr, node)


def _out_time(typer: Typer, node: ast.ColumnRef) -> Expr:
    if typer.clause in KEY_CLAUSES:
        source = typer.scope.sources[0].name if typer.scope.sources else "s"
        raise typer.refused(
            node.span,
            f"ROWTIME alone is the row time of the result, which {typer.clause} does not know yet; write"
            f" {shown(source)}.ROWTIME.",
        )
    return OutTime(type=TIMESTAMP, nullable=False)


def _clock(typer: Typer, name: str) -> Expr:
    starts = name != "CURRENT_ROW_TIMESTAMP" and typer.context.application.switches.current_timestamp == "start"
    outs = typer.grouped and typer.clause not in KEY_CLAUSES
    now: Expr = ROW_TIME_EXPR
    if starts or outs:
        now = StartTime(type=TIMESTAMP, nullable=False) if starts else OutTime(type=TIMESTAMP, nullable=False)
    kind = CLOCKS[name]
    return now if kind == TIMESTAMP else Convert(type=kind, nullable=False, arg=now)


@form(ast.Unary)
def _unary(typer: Typer, node: ast.Unary) -> Expr:
    return typer.apply(node, "NEGATE" if node.op == "-" else "PLUS", [typer.type(node.expr)])


@form(ast.Binary)
def _binary(typer: Typer, node: ast.Binary) -> Expr:
    if node.op in {"AND", "OR"}:
        return _junction(typer, node)
    done = typer.apply(node, node.op, typer.each((node.left, node.right)))
    if node.op == "/" and done.type.family == Family.WHOLE and any(isinstance(each, ast.Call) for each in walk(node)):
        typer.context.problems.warn(
            node.span, "Whole numbers are divided without a fraction: 5 / 2 is 2; CAST one of them to DOUBLE."
        )
    return done


def _junction(typer: Typer, node: ast.Binary) -> Expr:
    """Returns AND or OR; those inside that are of the same kind are joined into one."""
    conditions = typer.each((node.left, node.right))
    for each, written in zip(conditions, (node.left, node.right), strict=True):
        if each.type.family not in {Family.BOOLEAN, Family.NULL}:
            raise typer.refused(written.span, f"{node.op} needs conditions, not {each.type}.")
    return typer.marked(joined(conditions, either=node.op == "OR"), node)


def joined(conditions: list[Expr], *, either: bool = False) -> Expr:
    """Returns conditions joined by AND, or by OR."""
    parts: list[Expr] = []
    for each in conditions:
        parts += each.args if isinstance(each, Junction) and each.any == either else (each,)
    nullable = any(each.nullable for each in parts)
    return Junction(type=BOOLEAN, nullable=nullable, any=either, args=tuple(parts)) if parts[1:] else parts[0]


@form(ast.Cast)
def _cast(typer: Typer, node: ast.Cast) -> Expr:
    return typer.convert(node, typer.type(node.expr), node.type)


@form(ast.Rounding)
def _rounding(typer: Typer, node: ast.Rounding) -> Expr:
    arg = typer.type(node.expr)
    if node.unit is None:
        if arg.type.family in TIMES:
            raise typer.refused(node.span, f"{node.kind} of {arg.type} needs a unit: {node.kind}(… TO MINUTE).")
        return typer.apply(node, node.kind, [arg])
    return typer.apply(node, f"{node.kind}_TIME", [arg, text(node.unit)])


@form(ast.Step)
def _step(typer: Typer, node: ast.Step) -> Expr:
    return typer.apply(node, "STEP", typer.each((node.expr, node.by)))


@form(ast.Extract)
def _extract(typer: Typer, node: ast.Extract) -> Expr:
    return typer.apply(node, "EXTRACT", [text(node.unit), typer.type(node.expr)])


@form(ast.Substring)
def _substring(typer: Typer, node: ast.Substring) -> Expr:
    nodes = (node.expr, node.start, *([node.length] if node.length else []))
    return typer.apply(node, "SUBSTRING" if node.comma else "SUBSTRING_FROM", typer.each(nodes))


@form(ast.SubstringSimilar)
def _substring_similar(typer: Typer, node: ast.SubstringSimilar) -> Expr:
    return typer.apply(node, "SUBSTRING_SIMILAR", typer.each((node.expr, node.pattern, node.escape)))


@form(ast.Position)
def _position(typer: Typer, node: ast.Position) -> Expr:
    return typer.apply(node, "POSITION", typer.each((node.needle, node.haystack)))


@form(ast.Trim)
def _trim(typer: Typer, node: ast.Trim) -> Expr:
    characters = typer.type(node.characters) if node.characters else text(" ")
    return typer.apply(node, "TRIM", [text(node.side), characters, typer.type(node.expr)])


@form(ast.Overlay)
def _overlay(typer: Typer, node: ast.Overlay) -> Expr:
    nodes = (node.expr, node.replacement, node.start, *([node.length] if node.length else []))
    return typer.apply(node, "OVERLAY", typer.each(nodes))


@form(ast.Qualified)
def _qualified(typer: Typer, node: ast.Qualified) -> Expr:
    """Returns `(a - b) SECOND` of two times, or an interval read in a unit."""
    unit = text(node.leading if node.leading == node.trailing else f"{node.leading} TO {node.trailing}")
    inner = node.expr
    if isinstance(inner, ast.Binary) and inner.op == "-":
        left, right = typer.each((inner.left, inner.right))
        if left.type.family in TIMES and right.type.family in TIMES:
            return typer.apply(node, "DIFFERENCE", [left, right, unit])
        return typer.apply(node, "QUALIFY", [typer.apply(inner, "-", [left, right]), unit])
    return typer.apply(node, "QUALIFY", [typer.type(inner), unit])
