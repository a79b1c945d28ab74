"""Looks into expressions, and tests the Python expressions that are written for them for NULL."""

import re
from dataclasses import dataclass

from sql.plan.expressions import Const, Expr
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


def is_plain(of: Type, option: Const) -> bool:
    """Returns whether a constant equals values of a type if and only if it does in Python."""
    if option.value is None:
        return True
    families = {of.family, option.type.family}
    if families == {Family.TEXT}:
        return not of.kind == option.type.kind == Kind.CHAR
    return len(families) == 1 or families in ({Family.WHOLE, Family.EXACT}, {Family.WHOLE, Family.APPROXIMATE})
