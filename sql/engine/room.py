"""Bounds the rows, and their computed texts, that an engine makes between two commits.

A script can double rows and texts from stream to stream, so that one record would take all memory.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sql.codegen.graph import Segment
from sql.engine.contract import Row
from sql.engine.faults import Faults
from sql.engine.operators.report import FULL
from sql.errors import Fault, RowError
from sql.plan.expressions import Const, Expr, Field
from sql.plan.nodes import Project
from sql.types import Family

ROWS_MOST = 2_000_000
CHARACTERS_MOST = 256 << 20  # and bytes, in computed texts
CHUNK = 16 << 20  # characters and bytes that may be computed at a time
NARROW = 1_000  # characters of a row's computed texts, up to which they are not counted

Run = Callable[[Sequence[Any], int], list[Row]]


def width_of(segment: Segment) -> int:
    """Returns how many characters and bytes a row's computed texts may have, by their types."""
    projected = [item for node in segment.chain if isinstance(node, Project) for item in node.items]
    return sum(expr.type.size for expr in [*projected, *segment.prefix] if _is_computed_text(expr))


def _is_computed_text(expr: Expr) -> bool:
    return expr.type.family in {Family.TEXT, Family.BYTES} and not isinstance(expr, Field | Const)


class Room:
    """Counts what was made since the last commit; rows beyond a bound are left out, which is told of once a pump."""

    def __init__(self, faults: Faults, rows: int = ROWS_MOST, characters: int = CHARACTERS_MOST) -> None:
        self._faults, self._rows_most, self._characters_most = faults, rows, characters
        self._rows = self._characters = 0
        self._told: set[tuple[str, str]] = set()

    def renew(self) -> None:
        """Begins a new commit."""
        self._rows = self._characters = 0
        self._told.clear()

    def rows(self, segment: Segment, rows: list[Row], time: int) -> list[Row]:
        """Returns the rows for which there is room."""
        room = self._rows_most - self._rows
        self._rows += len(rows)
        if len(rows) <= room:
            return rows
        self._left_out(segment, time, len(rows) - max(0, room), MANY_ROWS.format(most=self._rows_most))
        return rows[: max(0, room)]

    def run(self, segment: Segment, run: Run, rows: Sequence[Any], time: int) -> list[Row]:
        """Runs a loop with wide texts, on so many rows at a time that these stay small, while there is room."""
        size = max(1, CHUNK // width_of(segment))
        found: list[Row] = []
        for at in range(0, len(rows), size):
            if self._characters > self._characters_most:
                self._left_out(segment, time, len(rows) - at, LONG_TEXTS.format(most=self._characters_most))
                break
            made = run(rows[at : at + size], time)
            self._characters += sum(len(value) for row in made for value in row if isinstance(value, str | bytes))
            found += made
        return found

    def _left_out(self, segment: Segment, time: int, number: int, sentence: str) -> None:
        self._faults.counts[FULL + "rows of one commit"] += number
        if (segment.pump.name, sentence) not in self._told:
            self._told.add((segment.pump.name, sentence))
            self._faults.pump(segment, time, RowError(Fault.LIMIT, sentence))


MANY_ROWS = (
    "{most:,} rows were made since the last commit, the most there may be, so that the others are left out; "
    "make fewer rows from one record: fewer pumps into one stream, or a narrower join."
)
LONG_TEXTS = (
    "Texts of {most:,} characters were made since the last commit, the most there may be, so that the rows after them "
    "are left out; make shorter texts."
)
