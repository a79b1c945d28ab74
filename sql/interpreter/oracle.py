"""Computes the rows of a whole plan from all records at once: each operator by its definition, without state or timers.

It knows the operators that a random script can have: all but Forest and Hotspots, groups that end when a value changes,
and joins of streams with a window of ROWS. Its rows are those of the engine, in the same order for a stream with one
pump; those of one row time that a join of streams or a union gives have another order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sql.functions.registry import FAULTS
from sql.interpreter.calls import computed
from sql.interpreter.expressions import Evaluator, Moment
from sql.interpreter.merging import commonest, distinct_counts, joined, ordered
from sql.plan import nodes

Row = tuple[Any, ...]
Timed = tuple[int, Row]  # a row time in milliseconds, and the row


class Oracle:
    """Computes a plan. `faults` counts the rows that were dropped since one of their values could not be computed."""

    def __init__(
        self, plan: nodes.Plan, tables: Mapping[str, Sequence[Row]], *, truncates: bool = True, started: int = 0
    ) -> None:
        self._plan, self._tables, self._truncates, self._started = plan, tables, truncates, started
        self._evaluator = Evaluator()
        self._streams: dict[str, list[Timed]] = {}
        self.faults = 0

    def run(self, records: Iterable[Timed]) -> dict[str, list[Timed]]:
        """Returns the rows of each stream that a pump writes, when time has passed every window."""
        self._streams = {self._plan.source.name: list(records)}
        for pump in self._plan.pumps:
            written = self._streams.setdefault(pump.target, [])
            written += self._rows(pump.root)
            written.sort(key=itemgetter(0))
        return {name: self._streams[name] for name in dict.fromkeys(pump.target for pump in self._plan.pumps)}

    def _rows(self, node: nodes.Node) -> list[Timed]:
        match node:
            case nodes.Scan():
                return self._streams.get(node.stream, [])
            case nodes.Filter():
                return [(t, row) for t, row in self._rows(node.input) if self._are(t, row, [node.condition]) == (True,)]
            case nodes.Project():
                return self._computed(self._rows(node.input), node.items)
            case nodes.Aggregate():
                return self._aggregate(node)
            case nodes.Over():
                return self._over(node)
            case nodes.Stagger():
                return self._stagger(node)
            case nodes.Distinct():
                return self._distinct(node)
            case nodes.LookupJoin():
                return self._lookup(node)
            case nodes.Union():
                return sorted((row for each in node.branches for row in self._rows(each)), key=itemgetter(0))
            case nodes.Order():
                rows = self._keyed(self._rows(node.input), [key.expr for key in node.keys])
                return list(ordered(rows, node.keys, _bounds(node.period)))
            case nodes.TopItems():
                return list(commonest(self._rows(node.input), node, bounds_of(node.period)))
            case nodes.DistinctCount():
                return list(distinct_counts(self._rows(node.input), node, bounds_of(node.period)))
            case nodes.StreamJoin():
                return self._join(node)
        raise TypeError(f"The oracle has no rule for {type(node).__name__}.")

    def _are(self, time: int, row: Row, items: Sequence[Any]) -> Row | None:
        """Returns the values of expressions for a row; None, counted as a fault, if one cannot be computed."""
        moment = Moment(time, self._started, self._tables)
        try:
            return tuple(self._evaluator.evaluate(item, row, moment) for item in items)
        except FAULTS:
            self.faults += 1
            return None

    def _computed(self, rows: list[Timed], items: Sequence[Any]) -> list[Timed]:
        found = ((time, self._are(time, row, items)) for time, row in rows)
        return [(time, values) for time, values in found if values is not None]

    def _keyed(self, rows: list[Timed], keys: Sequence[Any]) -> list[tuple[int, Row, Row]]:
        """Returns rows with the values of expressions; a row for which one cannot be computed is left out."""
        found = ((time, self._are(time, row, keys), row) for time, row in rows)
        return [(time, values, row) for time, values, row in found if values is not None]

    def _join(self, node: nodes.StreamJoin) -> list[Timed]:
        left = self._keyed(self._rows(node.left), [own for own, _ in node.keys])
        right = self._keyed(self._rows(node.right), [other for _, other in node.keys])
        condition = [] if node.condition is None else [node.condition]
        return joined(left, right, node, lambda time, pair: self._are(time, pair, condition) in {(), (True,)})

    def _prepared(self, node: Any) -> list[tuple[int, Row, list[Row]]]:
        """Returns for each row its time, its keys and the arguments of each call."""
        widths = [len(call.args) for call in node.calls]
        args = [arg for call in node.calls for arg in call.args]
        count = len(node.keys)
        prepared = []
        for time, values in self._computed(self._rows(node.input), [*node.keys, *args]):
            rest = iter(values[count:])
            prepared.append((time, values[:count], [tuple(next(rest) for _ in range(width)) for width in widths]))
        return prepared

    def _called(self, calls: Sequence[nodes.Call], windows: Sequence[list[Row]]) -> Row | None:
        try:
            return tuple(
                computed(call, [args[at] for args in windows], truncates=self._truncates)
                for at, call in enumerate(calls)
            )
        except FAULTS:
            self.faults += 1
            return None

    def _aggregate(self, node: nodes.Aggregate) -> list[Timed]:
        assert node.period, "the oracle has no rule for groups that end when a value changes"
        found: list[Timed] = []
        start_of = bounds_of(node.period)
        for (start, end), rows in groupby(self._prepared(node), key=lambda row: start_of(row[0])):
            groups: dict[Row, list[list[Row]]] = {}
            for _, key, args in rows:
                groups.setdefault(key, []).append(args)
            for key, windows in groups.items():
                value, called = self._are(start, (), [node.value]), self._called(node.calls, windows)
                if value is not None and called is not None:
                    found.append((end, (*value, *key, *called)))
        return found

    def _over(self, node: nodes.Over) -> list[Timed]:
        found: list[Timed] = []
        partitions = [key for frame in node.frames for key in frame.partition]
        args = [arg for call in node.calls for arg in call.args]
        seen: list[tuple[int, Row]] = []  # time, and the values of the partitions' keys and the arguments
        for time, row in self._rows(node.input):
            values = self._are(time, row, [*partitions, *args])
            if values is None:
                continue
            seen.append((time, values))
            called = self._frames(node, seen, len(partitions))
            if called is not None:
                found.append((time, (*row, *called)))
        return found

    def _frames(self, node: nodes.Over, seen: list[tuple[int, Row]], keys: int) -> Row | None:
        now, current = seen[-1]
        called: list[Any] = []
        at = keys
        for call in node.calls:
            frame, start = node.frames[call.frame], sum(len(each.partition) for each in node.frames[: call.frame])
            end = start + len(frame.partition)
            window = [(t, values) for t, values in seen if values[start:end] == current[start:end]]
            window = window[-frame.rows :] if frame.rows is not None else window
            window = [(t, values) for t, values in window if frame.range is None or t >= now - frame.range]
            one = self._called([call], [[values[at : at + len(call.args)]] for _, values in window])
            if one is None:
                return None
            called += one
            at += len(call.args)
        return tuple(called)

    def _stagger(self, node: nodes.Stagger) -> list[Timed]:
        opened: list[tuple[int, Row, list[list[Row]]]] = []
        for time, key, args in self._prepared(node):
            current = next((each for each in reversed(opened) if each[1] == key), None)
            if current is None or time >= current[0] + node.length:
                opened.append((time, key, [args]))
            else:
                current[2].append(args)
        found = []
        for time, key, windows in opened:  # all windows have one length, so they close in the order of their opening
            if (called := self._called(node.calls, windows)) is not None:
                found.append((time + node.length, (*key, *called)))
        return found

    def _distinct(self, node: nodes.Distinct) -> list[Timed]:
        seen: set[tuple[Any, Row]] = set()
        found = []
        start_of = bounds_of(node.period) if node.period else lambda time: (0, 0)
        for time, row in self._rows(node.input):
            if (start_of(time), row) not in seen:
                seen.add((start_of(time), row))
                found.append((time, row))
        return found

    def _lookup(self, node: nodes.LookupJoin) -> list[Timed]:
        found: list[Timed] = []
        width = len(node.columns) - len(node.input.columns)
        for time, row in self._rows(node.input):
            values = self._are(time, row, [expr for expr, _ in node.keys])
            if values is None:
                continue
            wanted = list(zip(values, (slot for _, slot in node.keys), strict=True))
            joined = [
                (*row, *each)
                for each in self._tables[node.table]
                if all(value is not None and value == each[slot] for value, slot in wanted)
            ]
            if node.condition is not None:
                joined = [each for each in joined if self._are(time, each, [node.condition]) == (True,)]
            found += [(time, each) for each in joined or ([(*row, *[None] * width)] if node.outer else [])]
        return found


def _bounds(period: nodes.Period | None) -> Callable[[int], tuple[int, int]]:
    """Returns the bounds of a time's period; without one, the rows of one row time are together."""
    return bounds_of(period) if period else lambda time: (time, time)


def bounds_of(period: nodes.Period) -> Callable[[int], tuple[int, int]]:
    """Returns a function that gives the first millisecond of a time's group, and the one after its last."""
    if period.size:

        def stepped(time: int) -> tuple[int, int]:
            start = (time - period.offset) // period.size * period.size + period.offset
            return start, start + period.size

        return stepped

    def calendar(time: int) -> tuple[int, int]:
        moment = datetime.fromtimestamp(time / 1000, UTC)
        month = 1 if period.unit == "YEAR" else moment.month
        start = datetime(moment.year, month, 1, tzinfo=UTC)
        ends = (moment.year + 1, 1) if period.unit == "YEAR" or month == 12 else (moment.year, month + 1)
        return int(start.timestamp() * 1000), int(datetime(*ends, 1, tzinfo=UTC).timestamp() * 1000)

    return calendar
