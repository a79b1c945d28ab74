"""Defines the nodes of queries: the clauses of SELECT, the sources in FROM, and windows."""

from dataclasses import dataclass
from typing import Literal

from sql.language.ast.base import Expression, Identifier, Node, Query, Source


@dataclass(frozen=True, slots=True)
class Star(Node):
    """Stands for every column: of all sources, or of the one that `qualifier` names."""

    qualifier: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Item(Node):
    expr: Expression
    alias: Identifier | None = None


@dataclass(frozen=True, slots=True)
class OrderKey(Node):
    expr: Expression
    descending: bool = False
    nulls_first: bool | None = None  # None: not written


@dataclass(frozen=True, slots=True)
class Within(Node):
    """Is the first key of a T-sort: ORDER BY expr WITHIN interval. It sorts by time; late rows wait for `interval`."""

    expr: Expression
    interval: Expression


@dataclass(frozen=True, slots=True)
class Stagger(Node):
    """WINDOWED BY STAGGER (PARTITION BY keys RANGE length)."""

    keys: tuple[Expression, ...]
    length: Expression


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """Is an end of a frame. `amount` is None for UNBOUNDED and for CURRENT ROW."""

    kind: Literal["PRECEDING", "CURRENT ROW", "FOLLOWING"]
    amount: Expression | None = None


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """ROWS or RANGE. If only one bound is written, `end` is CURRENT ROW."""

    rows: bool
    start: Bound
    end: Bound


@dataclass(frozen=True, slots=True)
class WindowSpec(Node):
    base: Identifier | None = None  # another window's name, which this one refines
    partition: tuple[Expression, ...] = ()
    order: tuple[OrderKey, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class WindowRef(Node):
    name: Identifier


Window = WindowRef | WindowSpec


@dataclass(frozen=True, slots=True)
class NamedWindow(Node):
    name: Identifier
    spec: WindowSpec


@dataclass(frozen=True, slots=True)
class NamedSource(Source):
    name: Identifier
    over: Window | None = None
    alias: Identifier | None = None
    columns: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class SubquerySource(Source):
    query: Query
    over: Window | None = None
    alias: Identifier | None = None
    columns: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionSource(Source):
    """TABLE(name(CURSOR(cursor), args…))."""

    name: Identifier
    cursor: Query | None
    args: tuple[Expression, ...] = ()
    over: Window | None = None
    alias: Identifier | None = None
    columns: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Join(Source):
    kind: Literal["INNER", "LEFT", "RIGHT", "FULL", "CROSS"]
    left: Source
    right: Source
    on: Expression | None = None
    using: tuple[Identifier, ...] = ()
    natural: bool = False


@dataclass(frozen=True, slots=True)
class Select(Query):
    """Is one SELECT. Empty tuples and None stand for clauses that were not written."""

    items: tuple[Item | Star, ...]
    sources: tuple[Source, ...]
    stream: bool = False
    distinct: bool = False
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    stagger: Stagger | None = None
    having: Expression | None = None
    windows: tuple[NamedWindow, ...] = ()
    order: tuple[OrderKey | Within, ...] = ()


@dataclass(frozen=True, slots=True)
class SetQuery(Query):
    """Combines two queries. An ORDER BY after the last of a chain sorts the whole."""

    op: Literal["UNION", "EXCEPT", "INTERSECT"]
    all: bool
    left: Query
    right: Query
    order: tuple[OrderKey | Within, ...] = ()


@dataclass(frozen=True, slots=True)
class Values(Query):
    rows: tuple[tuple[Expression, ...], ...]
    order: tuple[OrderKey | Within, ...] = ()
