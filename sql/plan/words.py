"""Writes expressions, lengths of time and columns as `explain` and messages show them."""

from collections.abc import Iterable, Sequence
from itertools import islice

from sql.plan.expressions import (
    Apply,
    Case,
    Coalesce,
    Const,
    Convert,
    Expr,
    Field,
    In,
    InTable,
    Junction,
    Not,
    Part,
    RowTime,
    Test,
)
from sql.plan.nodes import Call, Column, Period

LENGTH_MOST = 80  # characters of one expression
LISTED_MOST = 8
_UNITS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second"), (1, "millisecond"))
_OPERATORS = frozenset(["+", "-", "*", "/", "||", "=", "<>", "<", "<=", ">", ">="])


def cut(text: str) -> str:
    """Returns a text on one line, without control characters, and cut."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text[: 4 * LENGTH_MOST]).split())
    return line if len(line) <= LENGTH_MOST else f"{line[: LENGTH_MOST - 1]}…"


def words(expr: Expr, columns: Sequence[Column]) -> str:
    """Returns the user's own words for an expression, or the expression on rows of these columns."""
    return cut(expr.written or _made(expr, columns))


def _made(expr: Expr, columns: Sequence[Column]) -> str:
    match expr:
        case Const():
            return "NULL" if expr.value is None else str(expr.value)
        case Field():
            return columns[expr.slot].name if expr.slot < len(columns) else f"column {expr.slot + 1}"
        case RowTime():
            return "ROWTIME"
        case Apply() if expr.function in _OPERATORS and len(expr.args) == 2:
            return f"{words(expr.args[0], columns)} {expr.function} {words(expr.args[1], columns)}"
        case Apply():
            return f"{expr.function}({listed(words(each, columns) for each in expr.args)})"
        case Junction():
            return (" OR " if expr.any else " AND ").join(words(each, columns) for each in expr.args[:LISTED_MOST])
        case Convert():
            return words(expr.arg, columns) if expr.assigns else f"CAST({words(expr.arg, columns)} AS {expr.type})"
        case Not():
            return f"NOT {words(expr.arg, columns)}"
        case Test():
            return f"{words(expr.arg, columns)} IS {expr.truth}"
        case In() | InTable():
            return f"{words(expr.arg, columns)} IN (…)"
        case Case():
            return "CASE … END"
        case Coalesce():
            return f"COALESCE({listed(words(each, columns) for each in expr.args)})"
        case Part():
            return f"{words(expr.arg, columns)}.{expr.arg.type.fields[expr.index].name}"
    return type(expr).__name__


def call_words(call: Call, columns: Sequence[Column]) -> str:
    """Returns the user's own words for an aggregate or analytic call."""
    inner = listed(words(each, columns) for each in call.args) or "*"
    return cut(call.written) or f"{call.function}({'DISTINCT ' if call.distinct else ''}{inner})"


def listed(texts: Iterable[str]) -> str:
    """Returns texts with commas between them; of many, the first."""
    some = list(islice(iter(texts), LISTED_MOST + 1))
    return ", ".join([*some[:LISTED_MOST], *(["…"] if len(some) > LISTED_MOST else [])])


def duration(milliseconds: int) -> str:
    """Returns a length of time, such as "90 seconds" or "1 hour"."""
    size, unit = next((size, unit) for size, unit in _UNITS if milliseconds % size == 0)
    count = milliseconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def period_words(period: Period) -> str:
    """Returns a step of time, such as "each minute", "every 10 seconds" or "each month"."""
    if period.unit:
        return f"each {period.unit.lower()}"
    length = duration(period.size)
    shifted = f", {duration(period.offset)} late" if period.offset > 1 else ""
    return f"each {length[2:]}{shifted}" if length.startswith("1 ") else f"every {length}{shifted}"
