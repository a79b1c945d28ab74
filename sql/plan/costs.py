"""Estimates the bytes of state that operators keep, from the types of the values: rough figures for `explain`.

A count or a sum over a time is kept as one number for each key and millisecond, not as rows.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sql.plan.expressions import Expr
from sql.plan.nodes import (
    Aggregate,
    Call,
    Column,
    Distinct,
    DistinctCount,
    Forest,
    Frame,
    Hotspots,
    Node,
    Order,
    Over,
    Stagger,
    StreamJoin,
    TopItems,
)
from sql.types import Family, Type

_ENTRY = 60  # bytes of an entry besides its values: its key, its length, its place
_TEXT_MOST = 32  # characters that a text is taken to have, if its type allows more
_RUNS = frozenset({"COUNT", "SUM", "AVG"})
_NODE = 55  # bytes of one point in one tree of a forest, as measured: 1.4 MB for 100 trees of 256 points

_BOX = 8  # bytes of a node's box for each number of a point


class Cost(NamedTuple):
    """Says how many bytes are kept for each unit, such as "key" or "row of the last 1 minute"."""

    bytes: int
    unit: str


def width(of: Type) -> int:
    """Returns about how many bytes a value takes."""
    if of.family in {Family.TEXT, Family.BYTES}:
        return 2 + min(of.size, _TEXT_MOST)
    return {Family.BOOLEAN: 1, Family.EXACT: 12, Family.ROW: 100}.get(of.family, 9)


def cost(node: Node) -> Cost | None:
    """Returns the state that an operator keeps, or None for one that keeps nothing."""
    match node:
        case Aggregate():
            return Cost(_ENTRY + _widths(node.keys) + sum(map(_call, node.calls)), "group of the current step")
        case Stagger():
            return Cost(_ENTRY + _widths(node.keys) + sum(map(_call, node.calls)), "open window")
        case Over():
            return _over(node)
        case Distinct():
            return Cost(
                _ENTRY + _row(node.columns), "distinct row" if node.period is None else "distinct row of a step"
            )
        case Order():
            return (
                Cost(_row(node.columns) + _widths(key.expr for key in node.keys), "row of a step")
                if node.period
                else None
            )
        case StreamJoin():
            return Cost(_join(node), "row within the windows")
        case TopItems():
            return Cost(_ENTRY + width(node.input.columns[node.slot].type), "item of a window")
        case DistinctCount():
            return Cost(_ENTRY + width(node.input.columns[node.slot].type), "distinct item of a window")
        case Forest():
            return Cost(node.trees * node.sample * _NODE, "forest")
        case Hotspots():
            return Cost(node.window * 9 * len(node.slots), "pump")
    return None


def _widths(exprs: Iterable[Expr]) -> int:
    return sum(width(each.type) for each in exprs)


def _row(columns: Iterable[Column]) -> int:
    return sum(width(each.type) for each in columns)


def _call(call: Call) -> int:
    return 18 + _widths(call.args) + (_ENTRY if call.distinct else 0)


def _over(node: Over) -> Cost:
    """Returns the state of a row in the longest of the frames, for the calls that need the rows themselves."""
    kept = [call for call in node.calls if not (call.function in _RUNS and node.frames[call.frame].rows is None)]
    unit = "key and millisecond" if not kept else "row in a window"
    if all(frame.range is None and frame.rows is None for frame in node.frames) and not kept:
        unit = "key"
    return Cost(9 + 9 * len(node.calls) + sum(_widths(call.args) for call in kept), unit)


def _join(node: StreamJoin) -> int:
    sides: list[tuple[Frame | None, Node]] = [(node.left_frame, node.left), (node.right_frame, node.right)]
    return max(_ENTRY + _row(side.columns) for frame, side in sides if frame)


def bytes_of(forest: Forest) -> int:
    """Returns about how many bytes a forest takes while it computes: each inner node of a tree has a box of numbers."""
    numbers = len(forest.slots) * forest.shingle
    return forest.trees * forest.sample * (_NODE + _BOX * numbers)
