"""Defines the typed expressions of a plan. Each is computed for one row, and refers to the row's values by slot.

Two expressions are equal if they compute the same: the user's words and their place are not compared.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sql.errors import Span
from sql.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Expr:
    """Is the base of all expressions. `nullable` is False only where NULL is impossible."""

    type: Type
    nullable: bool = True
    written: str = field(default="", compare=False, repr=False)  # the user's own words
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Const(Expr):
    """Is a value that no row changes; None is NULL."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Expr):
    """Is the value in one slot of the operator's input row."""

    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTime(Expr):
    """Is the row time, in milliseconds: of the input row, and of the row about to leave above an Aggregate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTime(Expr):
    """Is the time, in milliseconds, at which the version was started: CURRENT_TIMESTAMP as the service had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Expr):
    """Applies a function of sql.functions.registry to arguments."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert(Expr):
    """Converts a value to `type`: by the rules of CAST, or by those of an INSERT, where `assigns` is True.

    An assignment to a column that is NOT NULL raises NOT_NULL for NULL; `column` is that column's name.
    """

    arg: Expr
    assigns: bool = False
    not_null: bool = False
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Expr):
    """Joins conditions by AND or, where `any` is True, by OR, in three-valued logic."""

    any: bool
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Expr):
    """Negates a condition; NOT UNKNOWN is UNKNOWN."""

    arg: Expr


class Truth(StrEnum):
    NULL = "NULL"  # also IS UNKNOWN
    TRUE = "TRUE"
    FALSE = "FALSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Expr):
    """Is `arg IS truth`, and never NULL; IS NOT … is a Not of it."""

    arg: Expr
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class In(Expr):
    """Is whether a value equals one of several expressions; UNKNOWN if none does and one of them is NULL."""

    arg: Expr
    options: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InTable(Expr):
    """Is whether a value occurs in a column of a reference table."""

    arg: Expr
    table: str
    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Expr):
    """Is the value of the first branch whose condition is TRUE, or else `otherwise`."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Coalesce(Expr):
    """Is the first of its arguments that is not NULL."""

    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Expr):
    """Is one field of a row value, such as a log parser's COLUMN1."""

    arg: Expr
    index: int
