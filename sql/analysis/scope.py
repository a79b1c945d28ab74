"""Finds the columns that a query's names mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sql.analysis.names import meant, quoted, shown, written
from sql.analysis.problems import Problems, ReportedError
from sql.analysis.rewriting import Arrival
from sql.analysis.trends import ROW_TIME, Trend
from sql.errors import Span
from sql.language.ast import Identifier
from sql.plan.expressions import Expr, Field, Part, RowTime
from sql.types import TIMESTAMP, Family

ROWTIME = "ROWTIME"
ARRIVAL = "APPROXIMATE_ARRIVAL_TIME"
EXTRAS = ("PARTITION_KEY", "SEQUENCE_NUMBER")  # of the records, behind the input's declared columns
ROW_TIME_EXPR = RowTime(type=TIMESTAMP, nullable=False)
_NO_SHARD = (
    "SHARD_ID is not available: results must not depend on the shard in which a record lies, since shards are split and"
    " merged; use PARTITION_KEY."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Is a column that names can reach. `expr` reads it from the row; SELECT * leaves out hidden ones."""

    name: str
    expr: Expr
    trend: Trend | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """Is one source of FROM. `name` is its alias, or its own name; `real` is the name before the alias."""

    name: str
    columns: tuple[Seen, ...]
    real: str = ""
    rowtime: Expr = ROW_TIME_EXPR
    rowtime_trend: Trend | None = ROW_TIME
    is_input: bool = False
    is_table: bool = False

    def find(self, name: str) -> Seen | None:
        found = next((each for each in self.columns if each.name == name), None)
        if name == ROWTIME and not self.is_table:  # a column of that name holds the row time, too
            return Seen(ROWTIME, self.rowtime, self.rowtime_trend)
        if found is None and name == ARRIVAL and self.is_input:
            moment = self.rowtime
            return Seen(ARRIVAL, Arrival(type=TIMESTAMP, nullable=False) if moment == ROW_TIME_EXPR else moment)
        return found

    def is_twice(self, name: str) -> bool:
        """Returns whether the source has two columns of a name, so that the name means neither."""
        return name != ROWTIME and sum(each.name == name for each in self.columns) > 1

    @property
    def visible(self) -> tuple[Seen, ...]:
        return tuple(each for each in self.columns if not each.hidden)


@dataclass(frozen=True, slots=True)
class Scope:
    """Holds the sources of one SELECT. `aliases` are those of its items, for messages only.

    `merged` are the columns that USING and NATURAL make one of two.
    """

    sources: tuple[Named, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, Seen] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(each.name for source in self.sources for each in source.visible))

    def resolve(self, parts: tuple[Identifier, ...], problems: Problems) -> Seen:
        """Returns the column that one to three parts name. Raises ReportedError."""
        span = Span(parts[0].span.start, parts[-1].span.end)
        first = parts[0].name
        if len(parts) == 1:
            return self._bare(first, span, problems)
        source = next((each for each in self.sources if each.name == first), None)
        if source is None:
            holder = self._row_value(first) if len(parts) == 2 else None
            if holder is not None:
                return _part(holder, parts[1], problems)
            raise self._no_source(first, parts[0].span, problems)
        if source.is_twice(parts[1].name):
            raise _twice(parts[1].name, span, problems)
        found = source.find(parts[1].name)
        if found is None:
            raise _no_column(parts[1].name, [source], span, problems)
        return _part(found, parts[2], problems) if len(parts) == 3 else found

    def _bare(self, name: str, span: Span, problems: Problems) -> Seen:
        if name in self.merged:
            return self.merged[name]
        found = [(source, seen) for source in self.sources if (seen := source.find(name))]
        if name == ARRIVAL:
            found = found[:1]
        if len(found) > 1:
            choices = " or ".join(f"{written(source.name)}.{written(name)}" for source, _ in found)
            raise problems.refused(span, f"Column {shown(name)} is ambiguous; write {choices}.")
        if found and found[0][0].is_twice(name):
            raise _twice(name, span, problems)
        if not found:
            raise self._no_bare(name, span, problems)
        return found[0][1]

    def _row_value(self, name: str) -> Seen | None:
        found = [seen for source in self.sources if (seen := source.find(name)) and seen.expr.type.family == Family.ROW]
        return found[0] if len(found) == 1 else None

    def _no_bare(self, name: str, span: Span, problems: Problems) -> ReportedError:
        if name in self.aliases:
            return problems.refused(
                span,
                f"{shown(name)} is an alias of this SELECT, and its WHERE, GROUP BY and windows do not know it; repeat"
                f" {self.aliases[name]} here, or nest the SELECT: FROM (SELECT STREAM … AS {written(name)} …).",
            )
        return _no_column(name, self.sources, span, problems)

    def _no_source(self, name: str, span: Span, problems: Problems) -> ReportedError:
        hidden = next((each for each in self.sources if each.real == name), None)
        if hidden is not None:
            return problems.refused(
                span, f"{shown(name)} has the alias {written(hidden.name)} here; write {written(hidden.name)} instead."
            )
        known = [each.name for each in self.sources if each.name]
        return problems.refused(span, f"{shown(name)} is not a source of this SELECT{meant(name, known)}")


def _twice(name: str, span: Span, problems: Problems) -> ReportedError:
    return problems.refused(
        span, f"Two columns have the name {shown(name)}; give one of them an alias in the inner SELECT."
    )


def _no_column(name: str, sources: Sequence[Named], span: Span, problems: Problems) -> ReportedError:
    known = list(dict.fromkeys(each.name for source in sources for each in source.visible))
    if name == "SHARD_ID" and any(each.is_input for each in sources):
        return problems.refused(span, _NO_SHARD)
    end = meant(name, known)
    if not end.endswith("?") and problems.text[span.start : span.end] == quoted(name):
        end += f" If it is a text, put it into single quotes: '{name}'."
    return problems.refused(span, f"Column {shown(name)} not found{end}")


def _part(holder: Seen, part: Identifier, problems: Problems) -> Seen:
    """Returns a field of a row value."""
    fields = holder.expr.type.fields
    for index, each in enumerate(fields):
        if each.name == part.name:
            return Seen(each.name, Part(type=each.type, arg=holder.expr, index=index))
    if holder.expr.type.family != Family.ROW:
        raise problems.refused(
            part.span, f"{shown(holder.name)} is {holder.expr.type} and has no column {shown(part.name)}."
        )
    known = [each.name for each in fields]
    raise problems.refused(part.span, f"{shown(holder.name)} has no column {shown(part.name)}{meant(part.name, known)}")


def moved(expr: Expr, by: int) -> Expr:
    """Returns a Field read `by` slots further on; other expressions stay."""
    return Field(type=expr.type, nullable=expr.nullable, slot=expr.slot + by) if isinstance(expr, Field) else expr
