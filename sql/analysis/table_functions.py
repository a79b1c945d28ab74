"""Types the functions that give rows: TABLE(name(CURSOR(query), arguments))."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sql.analysis.context import Context
from sql.analysis.expressions import Typer, constant
from sql.analysis.names import meant, shown
from sql.analysis.rows import Rows, Value, project, reachable
from sql.analysis.scope import Named, Scope
from sql.analysis.sources import Queries, Side, aliased
from sql.language import ast
from sql.plan.expressions import Convert
from sql.plan.nodes import Column, DistinctCount, Forest, Hotspots, Node, Period, TopItems
from sql.types import BIGINT, DOUBLE, Family, varchar

NUMBERS_MOST = 30  # columns of a forest
SECONDS_MOST = 3_600
ITEM = varchar(1_024)
_NUMERIC = frozenset({Family.WHOLE, Family.APPROXIMATE})


@dataclass(frozen=True, slots=True)
class Input:
    """Holds the rows of CURSOR and the constant arguments behind it."""

    context: Context
    source: ast.FunctionSource
    rows: Rows
    values: Sequence[object]

    @property
    def name(self) -> str:
        return self.source.name.name

    @property
    def line(self) -> int:
        return self.context.problems.line(self.source.span)

    def whole(self, index: int, what: str, least: int, most: int, default: int | None = None) -> int:
        """Returns a whole number among the arguments. Raises ReportedError."""
        if index >= len(self.values) and default is not None:
            return default
        value = self.values[index] if index < len(self.values) else None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._refused(index, f"{what} is a whole number from {least} to {most}")
        return value

    def number(self, index: int, what: str) -> float:
        """Returns a number above 0 among the arguments. Raises ReportedError."""
        value = self.values[index] if index < len(self.values) else None
        if not isinstance(value, int | float | Decimal) or isinstance(value, bool) or value <= 0:
            raise self._refused(index, f"{what} is a number above 0")
        return float(value)

    def flag(self, index: int, what: str) -> bool:
        value = self.values[index] if index < len(self.values) else False
        if not isinstance(value, bool):
            raise self._refused(index, f"{what} is TRUE or FALSE")
        return value

    def text(self, index: int, what: str) -> str:
        value = self.values[index] if index < len(self.values) else None
        if not isinstance(value, str):
            raise self._refused(index, f"{what} is a text in single quotes")
        return value

    def most(self, count: int) -> None:
        """Refuses more arguments than there are."""
        if len(self.values) > count:
            raise self.context.problems.refused(
                self.source.args[count].span,
                f"{self.name} takes {count} arguments after CURSOR.",
            )

    def _refused(self, index: int, sentence: str) -> Exception:
        place = self.source.args[index].span if index < len(self.source.args) else self.source.span
        order = ("first", "second", "third", "fourth", "fifth")[min(index, 4)]
        return self.context.problems.refused(place, f"{self.name}: the {order} argument after CURSOR, {sentence}.")

    def slot(self, name: str) -> int:
        """Returns the column that an argument names. Raises ReportedError."""
        names = [each.name for each in self.rows.columns]
        alike = [slot for slot, each in enumerate(names) if each.upper() == name.upper()]
        exact = [slot for slot in alike if names[slot] == name]
        if not exact and len(alike) != 1:
            raise self.context.problems.refused(
                self.source.args[0].span, f"{self.name}: column {shown(name)} not found{meant(name, names)}"
            )
        return (exact or alike)[0]

    def numbers(self) -> tuple[int, ...]:
        """Returns the columns with numbers that a forest takes. Raises ReportedError."""
        columns = self.rows.columns
        slots = tuple(slot for slot, each in enumerate(columns) if each.expr.type.family in _NUMERIC)
        left_out = [shown(each.name) for each in columns if each.expr.type.family == Family.EXACT]
        if not slots or len(slots) > NUMBERS_MOST:
            hint = f"; CAST {left_out[0]} to DOUBLE" if left_out and not slots else ""
            raise self.context.problems.refused(
                self.source.span,
                f"{self.name} needs 1 to {NUMBERS_MOST} columns of numbers, not {len(slots)}{hint}.",
            )
        if left_out:
            self.context.problems.warn(
                self.source.span,
                f"{self.name} takes no DECIMAL, and leaves out {', '.join(left_out[:5])}; CAST to DOUBLE.",
            )
        return slots


def function_source(context: Context, source: ast.FunctionSource, queries: Queries) -> Side:
    """Returns the rows of a function in FROM. Raises ReportedError."""
    make = TABLE_FUNCTIONS.get(source.name.name)
    if make is None:
        raise context.problems.refused(source.name.span, _unknown(source.name.name))
    if source.cursor is None:
        raise context.problems.refused(source.span, f"{source.name.name} needs CURSOR(query) as its first argument.")
    rows = queries(context, source.cursor)
    args = Typer(context, Scope(()), f"an argument of {source.name.name}").each(source.args)
    given = Input(context, source, rows, [constant(each) for each in args])
    node = make(given)
    context.count(source.span)
    columns = reachable(node.columns)
    if isinstance(node, Forest | Hotspots):  # the input's columns keep how they move
        columns = (*rows.columns, *columns[len(rows.columns) :])
    named = Named("", columns)
    return Side(aliased(context, named, source.alias, source.columns), node, None, source.over, source)


def _unknown(name: str) -> str:
    if name == "GROUP_RANK":
        return "GROUP_RANK is not supported; use ORDER BY within a window, or TOP_K_ITEMS_TUMBLING."
    return f"There is no function {shown(name)} that gives rows{meant(name, TABLE_FUNCTIONS)}"


def _top_items(given: Input) -> Node:
    given.most(3)
    node, slot = _as_text(given, given.slot(given.text(0, "the column's name,")))
    most = given.whole(1, "the number of items,", 1, 100_000)
    seconds = given.whole(2, "the window's seconds,", 1, SECONDS_MOST)
    columns = (Column("ITEM", ITEM), Column("ITEM_COUNT", DOUBLE, nullable=False))
    period = Period(size=seconds * 1_000)
    return TopItems(columns=columns, input=node, slot=slot, most=most, period=period, line=given.line)


def _as_text(given: Input, slot: int) -> tuple[Node, int]:
    """Returns the rows with the column as a text, and its slot."""
    column = given.rows.columns[slot]
    if column.expr.type.family == Family.TEXT:
        return given.rows.node, slot
    text = Convert(type=ITEM, nullable=column.expr.nullable, arg=column.expr)
    value = Value(column.name, text, given.source.span)
    return project(given.context, given.rows.node, [value], given.line).node, 0


def _distinct_count(given: Input) -> Node:
    given.most(2)
    slot = given.slot(given.text(0, "the column's name,"))
    seconds = given.whole(1, "the window's seconds,", 1, SECONDS_MOST)
    columns = (Column("NUMBER_OF_DISTINCT_ITEMS", BIGINT, nullable=False),)
    period = Period(size=seconds * 1_000)
    return DistinctCount(columns=columns, input=given.rows.node, slot=slot, period=period, line=given.line)


def _forest(given: Input) -> Node:
    explained = given.name.endswith("_WITH_EXPLANATION")
    given.most(5 if explained else 4)
    trees = given.whole(0, "numberOfTrees,", 1, 1_000, 100)
    sample = given.whole(1, "subSampleSize,", 10, 1_000, 256)
    decay = given.whole(2, "timeDecay,", 1, (1 << 31) - 1, 100_000)
    shingle = given.whole(3, "shingleSize,", 1, 30, 1)
    if sample >= decay:
        raise given.context.problems.refused(given.source.span, f"{given.name}: subSampleSize must be below timeDecay.")
    added = [Column("ANOMALY_SCORE", DOUBLE, nullable=False)]
    if explained:
        added.append(Column("ANOMALY_EXPLANATION", varchar(20_480), nullable=False))
    return Forest(
        columns=(*given.rows.node.columns, *added),
        input=given.rows.node,
        slots=given.numbers(),
        trees=trees,
        sample=sample,
        decay=decay,
        shingle=shingle,
        explained=explained,
        directed=explained and given.flag(4, "withDirectionality,"),
        line=given.line,
    )


def _hotspots(given: Input) -> Node:
    given.most(3)
    window = given.whole(0, "windowSize,", 100, 1_000)
    radius = given.number(1, "scanRadius,")
    least = given.whole(2, "minimumNumberOfPointsInACluster,", 2, window)
    return Hotspots(
        columns=(*given.rows.node.columns, Column("HOTSPOTS_RESULT", varchar(10_000))),
        input=given.rows.node,
        slots=given.numbers(),
        window=window,
        radius=radius,
        least=least,
        line=given.line,
    )


TABLE_FUNCTIONS: dict[str, Callable[[Input], Node]] = {
    "TOP_K_ITEMS_TUMBLING": _top_items,
    "COUNT_DISTINCT_ITEMS_TUMBLING": _distinct_count,
    "RANDOM_CUT_FOREST": _forest,
    "RANDOM_CUT_FOREST_WITH_EXPLANATION": _forest,
    "HOTSPOTS": _hotspots,
}
