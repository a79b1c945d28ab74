"""Defines the nodes of expressions."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as Either

from sql.language.ast.base import Expression, Identifier, Node, Query
from sql.language.ast.queries import Window
from sql.types import Type

Unit = Either["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"]
Value = None | bool | int | float | Decimal | str | bytes


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """Has its value as sql.types holds it. Texts are VARCHAR(n); numbers INTEGER, BIGINT, DECIMAL or DOUBLE."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class IntervalLiteral(Expression):
    """INTERVAL '…' leading [TO trailing]. Of YEAR and MONTH, `months` has the length, otherwise `milliseconds`.

    `trailing` equals `leading` if no TO was written; the precisions are None if they were not written.
    """

    milliseconds: int
    months: int
    leading: Unit
    trailing: Unit
    precision: int | None = None
    fraction: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnRef(Expression):
    """Names a column in one to three parts: column; source and column; source, row value and its column."""

    parts: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    op: Either["+", "-"]
    expr: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Combines two values. A chain of AND, OR or `||` is a balanced tree; every other chain leans to the left."""

    op: Either["+", "-", "*", "/", "||", "=", "<>", "<", "<=", ">", ">=", "AND", "OR"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    expr: Expression


@dataclass(frozen=True, slots=True)
class IsTest(Expression):
    expr: Expression
    what: Either["NULL", "TRUE", "FALSE", "UNKNOWN"]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Distinctness(Expression):
    """IS DISTINCT FROM; negated: IS NOT DISTINCT FROM."""

    left: Expression
    right: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Expression):
    expr: Expression
    low: Expression
    high: Expression
    negated: bool = False
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class InList(Expression):
    expr: Expression
    values: tuple[Expression, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    expr: Expression
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like(Expression):
    kind: Either["LIKE", "SIMILAR"]
    expr: Expression
    pattern: Expression
    escape: Expression | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class ScalarQuery(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class When(Node):
    """WHEN condition THEN result; in a simple CASE, `condition` is the value to compare with the operand."""

    condition: Expression
    result: Expression


@dataclass(frozen=True, slots=True)
class Case(Expression):
    operand: Expression | None
    whens: tuple[When, ...]
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    expr: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Rounding(Expression):
    """FLOOR or CEIL (or CEILING) of a number, or of a time to a unit."""

    kind: Either["FLOOR", "CEIL"]
    expr: Expression
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Step(Expression):
    expr: Expression
    by: Expression


@dataclass(frozen=True, slots=True)
class Extract(Expression):
    unit: Unit
    expr: Expression


@dataclass(frozen=True, slots=True)
class Substring(Expression):
    """SUBSTRING(expr FROM start FOR length), or SUBSTRING(expr, start, length) if `comma`: they differ beyond the end.

    In the FROM form, `start` may be a text: a regular expression.
    """

    expr: Expression
    start: Expression
    length: Expression | None = None
    comma: bool = False


@dataclass(frozen=True, slots=True)
class SubstringSimilar(Expression):
    """SUBSTRING(expr SIMILAR pattern ESCAPE escape)."""

    expr: Expression
    pattern: Expression
    escape: Expression


@dataclass(frozen=True, slots=True)
class Position(Expression):
    """POSITION(needle IN haystack)."""

    needle: Expression
    haystack: Expression


@dataclass(frozen=True, slots=True)
class Trim(Expression):
    side: Either["LEADING", "TRAILING", "BOTH"]
    characters: Expression | None  # None: blanks
    expr: Expression


@dataclass(frozen=True, slots=True)
class Overlay(Expression):
    """OVERLAY(expr PLACING replacement FROM start FOR length)."""

    expr: Expression
    replacement: Expression
    start: Expression
    length: Expression | None = None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """Calls a function, an aggregate or, with `over`, an analytic function. MONOTONIC(x) and COUNT(*) are calls too.

    CURRENT_TIMESTAMP and its kin, written without parentheses, are a ColumnRef like ROWTIME.
    """

    name: Identifier
    args: tuple[Expression, ...] = ()
    distinct: bool = False
    star: bool = False  # COUNT(*)
    from_last: bool = False
    ignore_nulls: bool = False
    over: Window | None = None


@dataclass(frozen=True, slots=True)
class Qualified(Expression):
    """Reads the difference of two times, or an interval, in a unit: `(a - b) DAY(6) TO SECOND(3)`."""

    expr: Expression
    leading: Unit
    trailing: Unit
    precision: int | None = None
    fraction: int | None = None


@dataclass(frozen=True, slots=True)
class Period(Node):
    """Is a period from `start` up to, but without, `end`."""

    start: Expression
    end: Expression


@dataclass(frozen=True, slots=True)
class PeriodTest(Expression):
    """Compares two periods, or a period and a time. A chain of tests becomes tests joined by AND."""

    op: Either["EQUALS", "CONTAINS", "OVERLAPS", "PRECEDES", "SUCCEEDS", "LEADS", "LAGS"]
    left: Period
    right: Period | Expression
    qualifier: Either["", "STRICTLY", "IMMEDIATELY"] = ""
