"""Defines the parts that operators of a plan share: columns, steps of time, calls, windows and keys."""

from dataclasses import dataclass, field

from sql.errors import Span
from sql.plan.expressions import Expr
from sql.types import Type


@dataclass(frozen=True, slots=True)
class Column:
    """Describes one value of a row."""

    name: str
    type: Type
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Period:
    """Cuts time into groups: steps of `size` milliseconds since 1970, or calendar units of UTC, MONTH and YEAR.

    `offset` milliseconds after a whole multiple of the size, a step begins.
    """

    size: int = 0
    unit: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Describes an aggregate or analytic call.

    `function` is the dialect's name; COUNT without arguments counts rows. `frame` is the index of an Over's frame.
    """

    function: str
    args: tuple[Expr, ...]
    type: Type
    distinct: bool = False
    ignore_nulls: bool = False
    from_last: bool = False  # of NTH_VALUE
    frame: int = 0
    written: str = field(default="", compare=False, repr=False)
    span: Span = field(default=Span(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Describes a sliding window: the rows of `range` milliseconds up to and including now, or the last `rows` rows.

    With neither, the window reaches back to the first row. `rows` includes the current row, so that
    ROWS 2 PRECEDING gives 3. Rows of the same row time see only those before them.
    """

    partition: tuple[Expr, ...]
    range: int | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    expr: Expr
    descending: bool = False
    nulls_first: bool = False
