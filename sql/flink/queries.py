"""Writes the operators of a plan as views: each view has the columns c0, c1 … and the time attribute ts."""

from collections.abc import Callable, Sequence
from typing import Any

from sql.flink import calls
from sql.flink.expressions import Writer
from sql.flink.fidelity import Cannot, Notes
from sql.flink.literals import duration, name
from sql.plan import nodes
from sql.types import Family, Kind

TIME = "ts"
PEERS = "Rows of one millisecond all see each other in Flink; in Millrace each sees only those before it."
LATE = "Flink gives the row its window's last millisecond as its time; in Millrace the time is the window's end."
DISTINCT = "Flink lets a distinct row pass at its window's end."
ORDERED = "The order within a window is lost in Flink."
LOOKUP = "Flink looks the table up at the time of processing."
JOINED = "Flink emits a row without a match when the watermark passes, and may order pairs in another way."
SIDE = "Flink gives a pair the time of its row on the side that is kept; in Millrace the time is the later of both."
STAGGERED = "WINDOWED BY STAGGER has no counterpart; TUMBLE on an event time is the nearest."
GROUPS = nodes.Aggregate | nodes.Distinct | nodes.TopItems | nodes.DistinctCount
CHANGING = "Groups that end when a value changes have no counterpart; declare the value as event time, and TUMBLE it."
NAMES = {nodes.Forest: "RANDOM_CUT_FOREST", nodes.Hotspots: "HOTSPOTS"}


class Queries:
    """Writes the tree of one pump; `statements` are the views that it has needed so far.

    `chained` says whether another pump reads its rows, whose time must then be one that Flink keeps watermarks of.
    """

    def __init__(self, prefix: str, notes: Notes, *, chained: bool = False) -> None:
        self.statements: list[str] = []
        self._prefix, self._notes, self._chained = prefix, notes, chained
        self._rules: dict[type[nodes.Node], Callable[[Any], str]] = {
            nodes.Scan: self._scan,
            nodes.Filter: self._filter,
            nodes.Project: self._project,
            nodes.Aggregate: self._aggregate,
            nodes.Over: self._over,
            nodes.Distinct: self._distinct,
            nodes.Order: self._order,
            nodes.Union: self._union,
            nodes.LookupJoin: self._lookup,
            nodes.StreamJoin: self._join,
            nodes.TopItems: self._top,
            nodes.DistinctCount: self._count,
        }

    def view(self, node: nodes.Node) -> str:
        """Returns the name of a view of an operator's rows. Raises Cannot."""
        return self._add(self.query(node))

    def query(self, node: nodes.Node) -> str:
        """Returns a query of an operator's rows. Raises Cannot."""
        rule = self._rules.get(type(node))
        if rule is None:
            called = NAMES.get(type(node), type(node).__name__)
            raise Cannot(STAGGERED if isinstance(node, nodes.Stagger) else f"{called} has no counterpart in SQL.")
        return rule(node)

    def _add(self, query: str) -> str:
        view = name(f"{self._prefix} {len(self.statements) + 1}")
        self.statements.append(f"CREATE TEMPORARY VIEW {view} AS\n{query};")
        return view

    def _writer(self, source: nodes.Node, time: str = TIME) -> Writer:
        """Returns a writer of expressions on the rows of an operator, whose times may be a millisecond early."""
        late = LATE if any(isinstance(each, GROUPS) for each in nodes.walk(source)) else ""
        return Writer([f"c{at}" for at in range(len(source.columns))], time, self._notes, late)

    def _scan(self, node: nodes.Scan) -> str:
        if node.extras:
            raise Cannot(f"{node.extras[0]} has no counterpart.")
        columns = ", ".join(f"{name(column.name)} AS c{at}" for at, column in enumerate(node.columns))
        return f"SELECT {columns}, {TIME} FROM {name(node.stream)}"

    def _filter(self, node: nodes.Filter) -> str:
        condition = self._writer(node.input).write(node.condition)
        return f"SELECT * FROM (\n{self.query(node.input)}\n) WHERE {condition}"

    def _project(self, node: nodes.Project) -> str:
        writer = self._writer(node.input)
        items = _listed([writer.write(item) for item in node.items])
        return f"SELECT {items}, {TIME} FROM (\n{self.query(node.input)}\n)"

    def _grouped(self, source: nodes.Node, period: nodes.Period | None, names: Sequence[str], extra: str) -> str:
        """Returns a query of groups in tumbling windows: the extra columns, and the keys by which it groups."""
        period = _check_period(period)
        size = duration(period.size) + (f", {duration(period.offset)}" if period.offset else "")
        table = f"TABLE(TUMBLE(TABLE {self.view(source)}, DESCRIPTOR({TIME}), {size}))"
        by = ", ".join(["window_start", "window_end", "window_time", *names])
        return f"SELECT {extra}, window_time AS {TIME} FROM {table} GROUP BY {by}"

    def _aggregate(self, node: nodes.Aggregate) -> str:
        _check_period(node.period)
        start = self._writer(node.input, "window_start")
        keys = [start.write(key) for key in node.keys]
        value = "window_start" if _is_start(node) else start.write(node.value)
        computed = [calls.aggregate(call, start, self._notes) for call in node.calls]
        return self._grouped(node.input, node.period, keys, _listed([value, *keys, *computed]))

    def _over(self, node: nodes.Over) -> str:
        """Returns one query a frame, one within the other: Flink takes only one window in a query."""
        writer, width = self._writer(node.input), len(node.input.columns)
        layers: dict[tuple[bool, int], list[str]] = {}
        for at, call in enumerate(node.calls):
            written = self._analytic(call, node.frames[call.frame], writer)
            layers.setdefault((call.function == calls.LAG, call.frame), []).append(f"{written} AS c{width + at}")
        query = self.query(node.input)
        for items in layers.values():
            query = f"SELECT *, {', '.join(items)} FROM (\n{query}\n)"
        return query

    def _analytic(self, call: nodes.Call, frame: nodes.Frame, writer: Writer) -> str:
        if call.function == calls.LAG:
            return calls.lag(call, frame, writer, TIME)
        by = f"{calls.partition(frame, writer)}ORDER BY {TIME}"
        if frame.rows is not None:
            over = f"ROWS BETWEEN {frame.rows - 1} PRECEDING AND CURRENT ROW"
        else:
            self._notes.near(PEERS)
            back = "UNBOUNDED" if frame.range is None else duration(frame.range)
            over = f"RANGE BETWEEN {back} PRECEDING AND CURRENT ROW"
        return f"{calls.aggregate(call, writer, self._notes)} OVER ({by} {over})"

    def _distinct(self, node: nodes.Distinct) -> str:
        self._notes.near(DISTINCT)
        keys = [f"c{at}" for at in range(len(node.columns))]
        return self._grouped(node.input, node.period, keys, _listed(keys))

    def _order(self, node: nodes.Order) -> str:
        self._notes.near(ORDERED)
        return self.query(node.input)

    def _union(self, node: nodes.Union) -> str:
        return "\nUNION ALL\n".join(f"SELECT * FROM ({self.query(branch)})" for branch in node.branches)

    def _lookup(self, node: nodes.LookupJoin) -> str:
        self._notes.near(LOOKUP)
        width = len(node.input.columns)
        left = Writer([f"l.c{at}" for at in range(width)], f"l.{TIME}", self._notes)
        table = [f"r.{name(column.name)}" for column in node.columns[width:]]
        both = Writer([*(f"l.c{at}" for at in range(width)), *table], f"l.{TIME}", self._notes)
        on = [f"{left.write(key)} = {table[slot]}" for key, slot in node.keys]
        on += [both.write(node.condition)] if node.condition is not None else []
        items = _listed([*(f"l.c{at}" for at in range(width)), *table])
        kind = "LEFT JOIN" if node.outer else "JOIN"
        source = f"(SELECT *, PROCTIME() AS pt FROM (\n{self.query(node.input)}\n)) AS l"
        return (
            f"SELECT {items}, l.{TIME} FROM {source}\n{kind} {name(node.table)} FOR SYSTEM_TIME AS OF l.pt AS r "
            f"ON {' AND '.join(on) or 'TRUE'}"
        )

    def _join(self, node: nodes.StreamJoin) -> str:
        self._notes.near(JOINED)
        widths = len(node.left.columns), len(node.right.columns)
        names = [*(f"l.c{at}" for at in range(widths[0])), *(f"r.c{at}" for at in range(widths[1]))]
        left, right = (
            Writer(names[: widths[0]], f"l.{TIME}", self._notes),
            Writer(names[widths[0] :], f"r.{TIME}", self._notes),
        )
        on = [f"{left.write(one)} = {right.write(other)}" for one, other in node.keys]
        on.append(f"l.{TIME} BETWEEN r.{TIME} - {_back(node.left_frame)} AND r.{TIME} + {_back(node.right_frame)}")
        on += [Writer(names, f"l.{TIME}", self._notes).write(node.condition)] if node.condition is not None else []
        return (
            f"SELECT {_listed(names)}, {self._joined_time(node)} AS {TIME}\n"
            f"FROM (\n{self.query(node.left)}\n) AS l {node.kind} JOIN (\n{self.query(node.right)}\n) AS r\n"
            f"ON {' AND '.join(on)}"
        )

    def _joined_time(self, node: nodes.StreamJoin) -> str:
        """Returns the later of both times, or the one of them that Flink keeps watermarks of."""
        if not self._chained:
            later = f"GREATEST(l.{TIME}, r.{TIME})"
            return later if node.kind == "INNER" else f"COALESCE({later}, l.{TIME}, r.{TIME})"
        if node.kind == "FULL":
            raise Cannot("The rows of a FULL JOIN have no time that another pump could read.")
        self._notes.near(SIDE)
        return f"r.{TIME}" if node.kind == "RIGHT" else f"l.{TIME}"

    def _top(self, node: nodes.TopItems) -> str:
        item = f"c{node.slot}"
        counted = self._grouped(
            node.input, node.period, [item], f"{item} AS c0, CAST(COUNT(*) AS DOUBLE) AS c1, window_start, window_end"
        )
        rank = "ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY c1 DESC)"
        ranked = f"SELECT *, {rank} AS n FROM (\n{counted}\n)"
        self._notes.near("Of items that are equally common, Flink may choose another.")
        return f"SELECT c0, c1, {TIME} FROM (\n{ranked}\n) WHERE n <= {node.most}"

    def _count(self, node: nodes.DistinctCount) -> str:
        return self._grouped(node.input, node.period, [], f"COUNT(DISTINCT c{node.slot}) AS c0")


def _listed(items: Sequence[str]) -> str:
    return ", ".join(f"{item} AS c{at}" for at, item in enumerate(items))


def _back(frame: nodes.Frame | None) -> str:
    if frame is None:
        return "INTERVAL '0' SECOND"
    if frame.range is None:
        raise Cannot("A join over a number of rows has no counterpart.")
    return duration(frame.range)


def _is_start(node: nodes.Aggregate) -> bool:
    """Returns whether a group's value is the first millisecond of its window, or an interval, which none can read."""
    return node.value.type.kind == Kind.TIMESTAMP or node.value.type.family == Family.INTERVAL


def _check_period(period: nodes.Period | None) -> nodes.Period:
    """Returns the period of a group. Raises Cannot where groups have no fixed length."""
    if period is None:
        raise Cannot(CHANGING)
    if not period.size:
        raise Cannot("Groups that last a month or a year have no counterpart.")
    return period
