"""Writes expressions."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sql.language import ast
from sql.language.balance import BALANCED, chained
from sql.language.parsing.expressions import NOT, QUALIFIER, UNARY
from sql.language.parsing.expressions import POWERS as OPERATORS
from sql.language.parsing.forms import COMPARISON
from sql.language.parsing.literals import MILLISECONDS, SEPARATORS
from sql.language.printing.base import POWERS, in_parentheses, listed, spelt, to_text, writes
from sql.language.words import UNITS
from sql.types import Kind

ADDITIVE = COMPARISON + 1  # an operand of a comparison
ENDS_IN_UNIT = re.compile(rf"\b(?:{'|'.join(UNITS)})(?:\([0-9, ]+\))?$")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PREDICATES = (ast.IsTest, ast.Distinctness, ast.Between, ast.InList, ast.InQuery, ast.Like, ast.PeriodTest)

POWERS.update(
    {
        ast.Binary: lambda node: OPERATORS[node.op],
        ast.Not: lambda node: NOT,
        ast.Unary: lambda node: UNARY,
        ast.Qualified: lambda node: QUALIFIER,
        **dict.fromkeys(PREDICATES, lambda node: COMPARISON),
    }
)


def _not(negated: bool) -> str:  # noqa: FBT001 - it is the field of the node
    return "NOT " if negated else ""


@writes(ast.Literal)
def literal(node: ast.Literal) -> str:
    value, kind = node.value, node.type.kind
    if value is None:
        return "NULL" if kind == Kind.NULL else "UNKNOWN"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if kind in {Kind.DATE, Kind.TIME, Kind.TIMESTAMP}:
        return _time(int(value), kind)
    if isinstance(value, float):
        return repr(value) if "e" in repr(value) else f"{value!r}E0"
    if isinstance(value, Decimal):
        return f"{value:f}" if node.type.scale else f"{value:f}."
    return str(value)


def _time(milliseconds: int, kind: Kind) -> str:
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    day, clock = f"{moment:%Y}".rjust(4, "0") + f"{moment:-%m-%d}", f"{moment:%H:%M:%S}"
    if rest := milliseconds % 1000:
        clock += f".{rest:03}"
    return f"{kind} '{ {Kind.DATE: day, Kind.TIME: clock}.get(kind, f'{day} {clock}') }'"


@writes(ast.IntervalLiteral)
def interval(node: ast.IntervalLiteral) -> str:
    units = UNITS[UNITS.index(node.leading) : UNITS.index(node.trailing) + 1]
    rest = Decimal(abs(node.months or node.milliseconds))
    text = "-" if node.months < 0 or node.milliseconds < 0 else ""
    for unit in units:
        size = {"YEAR": 12, "MONTH": 1}.get(unit) or MILLISECONDS[unit]
        whole, rest = divmod(rest, size)
        field = f"{whole:f}" if unit == node.leading else f"{whole:02f}"
        if unit == "SECOND" and rest:
            field += f".{int(rest):03}"
        text += field + ("" if unit == node.trailing else SEPARATORS[unit])
    return f"INTERVAL '{text}' {_qualifier(node)}"


def _qualifier(node: ast.IntervalLiteral | ast.Qualified) -> str:
    single = node.leading == node.trailing
    sizes = [str(size) for size in (node.precision, node.fraction if single else None) if size is not None]
    text = node.leading + (f"({', '.join(sizes)})" if sizes else "")
    if single:
        return text
    return f"{text} TO {node.trailing}" + (f"({node.fraction})" if node.fraction is not None else "")


@writes(ast.Qualified)
def qualified(node: ast.Qualified) -> str:
    text = f"({to_text(node.expr)})" if isinstance(node.expr, ast.Literal) else in_parentheses(node.expr, QUALIFIER)
    return f"{text} {_qualifier(node)}"


@writes(ast.ColumnRef)
def column(node: ast.ColumnRef) -> str:
    return ".".join(map(to_text, node.parts))


@writes(ast.Unary)
def unary(node: ast.Unary) -> str:
    text = in_parentheses(node.expr, UNARY)
    if isinstance(node.expr, ast.Literal) and node.expr.type.is_numeric:
        text = f"({text})"  # -5 is a literal
    return f"{node.op} {text}" if text[0] in "+-" else node.op + text


@writes(ast.Binary)
def binary(node: ast.Binary) -> str:
    power = OPERATORS[node.op]
    if node.op in BALANCED:
        operands = chained(node.op, node)
        texts = [in_parentheses(operand, power + 1) for operand in operands or (node.left, node.right)]
        if operands and _same_power(operands[0], node.op):
            texts[0] = to_text(operands[0])
        return f" {node.op} ".join(texts)
    return f"{in_parentheses(node.left, power)} {node.op} {in_parentheses(node.right, power + 1)}"


def _same_power(operand: ast.Expression, op: str) -> bool:
    """Returns whether the first operand of a chain needs no parentheses: a + b || c."""
    return isinstance(operand, ast.Binary) and operand.op != op and OPERATORS[operand.op] == OPERATORS[op]


@writes(ast.Not)
def negation(node: ast.Not) -> str:
    return f"NOT {in_parentheses(node.expr, NOT)}"


@writes(ast.IsTest)
def is_test(node: ast.IsTest) -> str:
    return f"{in_parentheses(node.expr, COMPARISON)} IS {_not(node.negated)}{node.what}"


@writes(ast.Distinctness)
def distinctness(node: ast.Distinctness) -> str:
    left, right = in_parentheses(node.left, COMPARISON), in_parentheses(node.right, ADDITIVE)
    return f"{left} IS {_not(node.negated)}DISTINCT FROM {right}"


@writes(ast.Between)
def between(node: ast.Between) -> str:
    symmetric = "SYMMETRIC " if node.symmetric else ""
    text = f"{in_parentheses(node.expr, COMPARISON)} {_not(node.negated)}BETWEEN {symmetric}"
    return f"{text}{in_parentheses(node.low, ADDITIVE)} AND {in_parentheses(node.high, ADDITIVE)}"


@writes(ast.InList)
def in_list(node: ast.InList) -> str:
    return f"{in_parentheses(node.expr, COMPARISON)} {_not(node.negated)}IN ({listed(node.values)})"


@writes(ast.InQuery)
def in_query(node: ast.InQuery) -> str:
    return f"{in_parentheses(node.expr, COMPARISON)} {_not(node.negated)}IN ({to_text(node.query)})"


@writes(ast.Like)
def like(node: ast.Like) -> str:
    word = "SIMILAR TO" if node.kind == "SIMILAR" else "LIKE"
    text = (
        f"{in_parentheses(node.expr, COMPARISON)} {_not(node.negated)}{word} {in_parentheses(node.pattern, ADDITIVE)}"
    )
    return f"{text} ESCAPE {in_parentheses(node.escape, ADDITIVE)}" if node.escape else text


@writes(ast.Exists)
def exists(node: ast.Exists) -> str:
    return f"EXISTS ({to_text(node.query)})"


@writes(ast.ScalarQuery)
def scalar_query(node: ast.ScalarQuery) -> str:
    return f"({to_text(node.query)})"


@writes(ast.Case)
def case(node: ast.Case) -> str:
    operand = f" {to_text(node.operand)}" if node.operand else ""
    whens = "".join(f" WHEN {to_text(when.condition)} THEN {to_text(when.result)}" for when in node.whens)
    otherwise = f" ELSE {to_text(node.otherwise)}" if node.otherwise else ""
    return f"CASE{operand}{whens}{otherwise} END"


@writes(ast.Period)
def period(node: ast.Period) -> str:
    return f"({to_text(node.start)}, {to_text(node.end)})"


@writes(ast.PeriodTest)
def period_test(node: ast.PeriodTest) -> str:
    right = to_text(node.right) if isinstance(node.right, ast.Period) else in_parentheses(node.right, ADDITIVE)
    words = f"{node.qualifier} {node.op}".strip()
    return f"{to_text(node.left)} {words} {right}"


@writes(ast.Cast)
def cast(node: ast.Cast) -> str:
    return f"CAST({to_text(node.expr)} AS {node.type})"


@writes(ast.Rounding)
def rounding(node: ast.Rounding) -> str:
    text = to_text(node.expr)
    if not node.unit:
        return f"{node.kind}({text})"
    # "DAY TO HOUR" would be read as one qualifier.
    return f"{node.kind}({f'({text})' if ENDS_IN_UNIT.search(text) else text} TO {node.unit})"


@writes(ast.Step)
def step(node: ast.Step) -> str:
    return f"STEP({to_text(node.expr)} BY {to_text(node.by)})"


@writes(ast.Extract)
def extract(node: ast.Extract) -> str:
    return f"EXTRACT({node.unit} FROM {to_text(node.expr)})"


@writes(ast.Substring)
def substring(node: ast.Substring) -> str:
    first, second = (",", ",") if node.comma else (" FROM", " FOR")
    length = f"{second} {to_text(node.length)}" if node.length else ""
    return f"SUBSTRING({in_parentheses(node.expr, ADDITIVE)}{first} {to_text(node.start)}{length})"


@writes(ast.SubstringSimilar)
def substring_similar(node: ast.SubstringSimilar) -> str:
    text = f"{in_parentheses(node.expr, ADDITIVE)} SIMILAR {in_parentheses(node.pattern, ADDITIVE)}"
    return f"SUBSTRING({text} ESCAPE {to_text(node.escape)})"


@writes(ast.Position)
def position(node: ast.Position) -> str:
    return f"POSITION({in_parentheses(node.needle, ADDITIVE)} IN {to_text(node.haystack)})"


@writes(ast.Trim)
def trim(node: ast.Trim) -> str:
    characters = f" {to_text(node.characters)}" if node.characters else ""
    return f"TRIM({node.side}{characters} FROM {to_text(node.expr)})"


@writes(ast.Overlay)
def overlay(node: ast.Overlay) -> str:
    length = f" FOR {to_text(node.length)}" if node.length else ""
    text = f"{to_text(node.expr)} PLACING {to_text(node.replacement)} FROM {to_text(node.start)}"
    return f"OVERLAY({text}{length})"


@writes(ast.Call)
def call(node: ast.Call) -> str:
    name = node.name.written or spelt(node.name.name, quoted=node.name.quoted)
    args = "*" if node.star else ("DISTINCT " if node.distinct else "") + listed(node.args)
    words = " FROM LAST" if node.from_last else ""
    words += " IGNORE NULLS" if node.ignore_nulls else ""
    words += f" OVER {to_text(node.over)}" if node.over else ""
    return f"{name}({args}){words}"
