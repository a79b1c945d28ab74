"""Defines the operators of a plan: a tree for each pump. Every operator turns rows with a row time into such rows.

The row times of an operator's output never decrease. Rows of one row time have an order, and keep it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sql.errors import Problem
from sql.plan.expressions import Expr
from sql.plan.parts import Call as Call
from sql.plan.parts import Column as Column
from sql.plan.parts import Frame as Frame
from sql.plan.parts import Period as Period
from sql.plan.parts import SortKey as SortKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Is the base of all operators. `columns` describes the rows that leave it."""

    columns: tuple[Column, ...]
    line: int = field(default=0, compare=False, repr=False)  # of the script

    @property
    def inputs(self) -> tuple["Node", ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Node):
    """Reads an in-application stream.

    The rows of the application's input have further slots after the declared columns where `extras` names them:
    PARTITION_KEY and SEQUENCE_NUMBER.
    """

    stream: str
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unary(Node):
    input: Node

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.input,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(_Unary):
    """Lets the rows pass for which the condition is TRUE."""

    condition: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(_Unary):
    """Computes each output column from the input row."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(_Unary):
    """Groups rows by time and keys. A row leaves for each group when its time has passed, with the group's end.

    An output row is (value, *keys, *calls). `value` is the monotonic expression of GROUP BY. If it follows from the row
    time alone, `period` says how long a group lasts; else `period` is None and a group ends when the value changes.
    Groups of one period leave in the order of their first rows.
    """

    period: Period | None
    value: Expr
    keys: tuple[Expr, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(_Unary):
    """Adds the values of analytic calls to each row: an output row is (*input row, *calls)."""

    frames: tuple[Frame, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stagger(_Unary):
    """Groups rows by keys in a window that opens at a key's first row and closes `length` milliseconds later.

    An output row is (*keys, *calls), with the row time of the closing; rows leave by closing time, then by opening
    order.
    """

    length: int
    keys: tuple[Expr, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct(_Unary):
    """Lets the first of equal rows pass in each period, at once. Without a period it compares with all earlier rows."""

    period: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(_Unary):
    """Sorts the rows of one period by keys, ties in the order of arrival.

    Without a period it sorts rows that come out of its input together, such as the groups of one Aggregate.
    """

    period: Period | None
    keys: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Union(Node):
    """Merges rows by row time, then by their records; the rows of one record in the order of the branches."""

    branches: tuple[Node, ...]

    @property
    def inputs(self) -> tuple[Node, ...]:
        return self.branches


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupJoin(_Unary):
    """Joins rows with a reference table: an output row is (*input row, *table row), NULLs where `outer` finds none.

    `keys` pairs an expression on the input row with a slot of the table; `condition` is on the joined row.
    """

    table: str
    outer: bool
    keys: tuple[tuple[Expr, int], ...]
    condition: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamJoin(Node):
    """Joins two streams: an output row is (*left row, *right row), at the later of their times.

    A side's frame says how long its rows are remembered; a side without one takes part with its rows of now alone.
    `kind` is INNER, LEFT, RIGHT or FULL. `keys` pairs expressions on the left and the right row that must be equal;
    `condition` is on the joined row.
    """

    left: Node
    right: Node
    kind: str
    left_frame: Frame | None
    right_frame: Frame | None
    keys: tuple[tuple[Expr, Expr], ...]
    condition: Expr | None

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopItems(_Unary):
    """Counts the values of one slot in each period; the `most` commonest leave as (ITEM, ITEM_COUNT), best first."""

    slot: int
    most: int
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctCount(_Unary):
    """Counts the distinct values of one slot in each period; one row (NUMBER_OF_DISTINCT_ITEMS) leaves at its end."""

    slot: int
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest(_Unary):
    """Scores each row by a random cut forest over the numbers in `slots`: (*input row, score[, explanation])."""

    slots: tuple[int, ...]
    trees: int
    sample: int
    decay: int
    shingle: int
    explained: bool = False
    directed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotspots(_Unary):
    """Finds dense regions among the last `window` rows: (*input row, HOTSPOTS_RESULT)."""

    slots: tuple[int, ...]
    window: int
    radius: float
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InAppStream:
    """Describes an in-application stream: the input, one that the script creates, or `error_stream`."""

    name: str
    columns: tuple[Column, ...]
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pump:
    """Describes a pump: its rows are assigned to the columns of its target by the root of its tree, a Project."""

    name: str
    target: str
    root: Node
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Describes a reference table."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Says whether each shard can be computed alone, and the sentences that show it or name the operators against."""

    per_shard: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Holds a whole script. A pump stands after all pumps that write the streams that it reads."""

    source: InAppStream
    streams: dict[str, InAppStream]  # that pumps write, by name, in the order of the script
    pumps: tuple[Pump, ...]
    tables: dict[str, Table]
    proof: Proof
    text: str = ""
    warnings: tuple[Problem, ...] = ()
    peeks: tuple[Pump, ...] = ()  # bare queries: shown, never stored
    inputs: tuple[str, ...] = ()  # names under which the script reads the source: more than one if it is dealt out


def walk(node: Node) -> Iterator[Node]:
    """Yields a node's operators, inputs first."""
    for each in node.inputs:
        yield from walk(each)
    yield node
