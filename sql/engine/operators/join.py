"""Joins two streams.

A pair of rows leaves at the later of their times, if at that time the earlier row is still in the frame of its side. A
RANGE is closed at both ends. A row of a preserved side that finds no match leaves with NULLs in the first millisecond
in which it can find none any more: one after the end of its own frame, and of its own time if it has none.
"""

from collections.abc import Callable, Iterable

from sql.engine.contract import Change, Kept, Row
from sql.engine.operators.join_side import ROW_SIZE, Member, Side
from sql.engine.operators.report import Bound, Report
from sql.plan.nodes import StreamJoin

ROWS_MOST = 1_000_000  # remembered of each side
MATCHES_MOST = 10_000  # rows of one side for one row of the other
PAIRS_MOST = 1_000_000  # that leave at a time
LEFT, RIGHT = 0, 1
PRESERVED = {"INNER": (False, False), "LEFT": (True, False), "RIGHT": (False, True), "FULL": (True, True)}


class StreamJoinOperator:
    """Takes prepared rows `(*key values, *row)` of side 0, the left one, and of side 1.

    An output row is `(*left row, *right row)`. Rows of one row time that the two sides have leave by the order in which
    they are added; which rows leave does not depend on it.
    """

    def __init__(
        self,
        node: StreamJoin,
        kept: Kept,
        report: Report,
        condition: Callable[[Row], bool] | None = None,
        partition: int | None = None,
        *,
        outer_join: str = "once",
        most: int = ROWS_MOST,
        matches: int = MATCHES_MOST,
        pairs: int = PAIRS_MOST,
    ) -> None:
        """Makes the operator.

        `condition` says of a joined row whether it stays, and never raises; `partition` is the place of the partition
        key among the key values. With `outer_join` "kda", a row of a preserved side with a frame leaves with NULLs at
        the end of its frame even if it had matches, where the other side has no frame.
        """
        self._width, self._condition, self._matches, self._most = len(node.keys), condition, matches, most
        self._pairs_most = pairs
        self._columns = node.left.columns, node.right.columns
        self._nulls = ((None,) * len(node.left.columns), (None,) * len(node.right.columns))
        frames = node.left_frame, node.right_frame
        oddity = [outer_join == "kda" and own and not other for own, other in (frames, frames[::-1])]
        self._sides = tuple(
            Side("LR"[n], frames[n], partition, preserved=PRESERVED[node.kind][n], repeats=bool(oddity[n]))
            for n in (LEFT, RIGHT)
        )
        self._bound = Bound(report, "joined rows", MANY_ROWS.format(most=most))
        self._many = Bound(report, "matches", MANY_MATCHES.format(matches=matches))
        self._full = Bound(report, "pairs", MANY_PAIRS.format(pairs=pairs))
        for side in self._sides:
            side.restore(kept)
        self._now = max(side.last_time() for side in self._sides)

    def add(self, time: int, rows: list[Row], side: int = LEFT) -> list[Row]:
        """Takes rows of one row time; returns the pairs, and the rows that a frame of ROWS forgets without a match."""
        self._now = time
        own = self._sides[side]
        for each in self._sides:
            each.expire(time)
        out: list[Row] = []
        width = self._width
        for prepared in rows:
            key, row = prepared[:width], prepared[width:]
            pairs = self._pairs(time, key, row, side) if len(out) < self._pairs_most else self._crowded(time, row, side)
            out += pairs
            own.put(time, key, row, matched=bool(pairs))
            if own.surplus(self._most) > 0:
                out += self._surplus(time, row, side)
        return out

    def _crowded(self, time: int, row: Row, side: int) -> list[Row]:
        """Returns no pairs, and tells of it."""
        self._full.reached(time, 1, row, self._columns[side])
        return []

    def _surplus(self, time: int, row: Row, side: int) -> list[Row]:
        """Forgets the oldest row of a side; returns it if it leaves without a match."""
        own = self._sides[side]
        if len(own) > self._most:
            self._bound.reached(time, 1, row, self._columns[side])
        return self._unmatched([own.forget()], side)

    def _pairs(self, time: int, key: Row, row: Row, side: int) -> list[Row]:
        condition, other = self._condition, self._sides[1 - side]
        pairs: list[Row] = []
        for member in other.matches(key):
            pair = member.row + row if side else row + member.row
            if condition is None or condition(pair):
                if len(pairs) == self._matches:
                    self._many.reached(time, 1, row, self._columns[side])
                    break
                pairs.append(pair)
                other.match(member)
        return pairs

    def _unmatched(self, members: Iterable[Member], side: int) -> list[Row]:
        """Returns rows with NULLs for those that leave without a match."""
        rows = []
        for member in members:
            if member.waits:
                member.waits = False
                nulls = self._nulls[1 - side]
                rows.append(nulls + member.row if side else member.row + nulls)
        return rows

    def due(self) -> int | None:
        """Returns the time at which the next row leaves without a match."""
        return min((due for side in self._sides if (due := side.due()) is not None), default=None)

    def fire(self, time: int) -> list[Row]:
        """Returns the rows that leave without a match at `time`, those of the left side first."""
        rows = []
        for number, side in enumerate(self._sides):
            rows += self._unmatched(side.leave(time), number)
            side.expire(time)
        self._now = max(self._now, time)
        return rows

    def changes(self) -> Change:
        """Returns the rows that are new, or found their first match, since the last call."""
        left, right = (side.changes(self._now) for side in self._sides)
        return Change({**left.put, **right.put}, [*left.removed, *right.removed], [*left.history, *right.history])

    def size(self) -> int:
        return sum(map(len, self._sides)) * ROW_SIZE


MANY_ROWS = (
    "A side of the join remembers {most:,} rows, the most there may be, so that the oldest are forgotten "
    "before the end of their window; use a shorter window."
)
MANY_MATCHES = "A row has more than {matches:,} matches, and only so many leave; join by more columns."
MANY_PAIRS = (
    "{pairs:,} pairs leave at one time, the most there may be, so that those of further rows are left out; "
    "join by more columns."
)
