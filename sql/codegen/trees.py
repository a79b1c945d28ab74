"""Looks into expressions, and tests the Python expressions that are written for them for NULL."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sql.plan.expressions import Apply, Case, Coalesce, Const, Convert, Expr, In, InTable, Junction, Not, Part, Test
from sql.types import Family, Kind, Type

LITERAL = re.compile(r"None|True|False|\d[\w.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Expr):
    """Is a value that generated code has computed before, under a name of our own."""

    name: str


def is_null(text: str) -> str:
    """Returns the Python condition that an expression is None; of a literal its answer."""
    return str(text == "None") if LITERAL.fullmatch(text) else f"{text} is None"


def is_given(text: str) -> str:
    """Returns the Python condition that an expression is not None."""
    return str(text != "None") if LITERAL.fullmatch(text) else f"{text} is not None"


def parts(expr: Expr) -> tuple[Expr, ...]:
    """Returns the expressions inside an expression."""
    if isinstance(expr, Apply | Junction | Coalesce):
        return expr.args
    if isinstance(expr, In):
        return (expr.arg, *expr.options)
    if isinstance(expr, Case):
        return (*(each for branch in expr.branches for each in branch), expr.otherwise)
    if isinstance(expr, Not | Test | Convert | InTable | Part):
        return (expr.arg,)
    return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """Yields an expression and all expressions inside it."""
    waiting = [expr]
    while waiting:
        yield (each := waiting.pop())
        waiting += parts(each)


def is_plain(of: Type, option: Const) -> bool:
    """Returns whether a constant equals values of a type if and only if it does in Python."""
    if option.value is None:
        return True
    families = {of.family, option.type.family}
    if families == {Family.TEXT}:
        return not of.kind == option.type.kind == Kind.CHAR
    return len(families) == 1 or families in ({Family.WHOLE, Family.EXACT}, {Family.WHOLE, Family.APPROXIMATE})
