"""Describes the sides of a join, and the rows that a join gives."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sql.analysis.context import Context
from sql.analysis.names import shown
from sql.analysis.scope import ROWTIME, Named, Seen, moved
from sql.analysis.sources import Side
from sql.language import ast
from sql.plan.expressions import Coalesce, Expr
from sql.plan.nodes import Column, Node, Table


@dataclass(frozen=True, slots=True)
class Part:
    """Holds the rows of one side of a join, or of a join. A reference table has no node."""

    sources: tuple[Named, ...]
    node: Node | None = None
    table: Table | None = None
    over: ast.Window | None = None
    columns: tuple[Column, ...] = ()
    merged: Mapping[str, Seen] = field(default_factory=dict)
    place: ast.Source | None = None


def of_side(side: Side) -> Part:
    """Returns one source as a side of a join."""
    columns = side.node.columns if side.node is not None else side.table.columns if side.table is not None else ()
    return Part((side.named,), side.node, side.table, side.over, columns, place=side.node_of)


def refuse_window(context: Context, part: Part) -> None:
    """Refuses OVER after a source that needs none. Raises ReportedError."""
    if part.over is not None:
        raise context.problems.refused(
            part.over.span, "OVER after a source belongs to a join of streams; for a function write COUNT(*) OVER (…)."
        )


def combined(left: Part, right: Part, width: int, nullable: Collection[str]) -> Part:
    """Returns the columns of (*left row, *right row); those of sides in `nullable` may be NULL."""
    sides = [
        _placed(source, by, nullable=name in nullable)
        for part, name, by in ((left, "left", 0), (right, "right", width))
        for source in part.sources
    ]
    columns = [
        replace(each, nullable=each.nullable or name in nullable)
        for part, name in ((left, "left"), (right, "right"))
        for each in part.columns
    ]
    merged = {
        **{name: _moved(each, 0, nullable="left" in nullable) for name, each in left.merged.items()},
        **{name: _moved(each, width, nullable="right" in nullable) for name, each in right.merged.items()},
    }
    return Part(tuple(sides), columns=tuple(columns), merged=merged)


def _placed(source: Named, by: int, *, nullable: bool) -> Named:
    columns = tuple(_moved(each, by, nullable=nullable) for each in source.columns)
    rowtime = _at(source.rowtime, by, nullable=nullable)
    return replace(source, columns=columns, rowtime=rowtime)


def _moved(seen: Seen, by: int, *, nullable: bool) -> Seen:
    return replace(seen, expr=_at(seen.expr, by, nullable=nullable), trend=None if nullable else seen.trend)


def _at(expr: Expr, by: int, *, nullable: bool) -> Expr:
    placed = moved(expr, by)
    return replace(placed, nullable=True) if nullable else placed


def joined_by_name(context: Context, join: ast.Join, part: Part) -> ast.Expression | None:
    """Returns the condition for which USING or NATURAL stands. Raises ReportedError."""
    left, right = part.sources[:-1], part.sources[-1]
    if join.natural:
        shared = {each.name for source in left for each in source.visible}
        names = [ast.Identifier(each.name) for each in right.visible if each.name in shared and each.name != ROWTIME]
    else:
        names = list(join.using)
    condition: ast.Expression | None = None
    for name in names:
        sides = [source for source in left if source.find(name.name)]
        if not sides or right.find(name.name) is None:
            raise context.problems.refused(name.span, f"Column {shown(name.name)} of USING is not on both sides.")
        one, other = (
            ast.ColumnRef((ast.Identifier(source.name), ast.Identifier(name.name))) for source in (sides[0], right)
        )
        equal = ast.Binary("=", one, other, span=join.span)
        condition = equal if condition is None else ast.Binary("AND", condition, equal, span=join.span)
    return condition


def merge(part: Part, join: ast.Join, kind: str) -> Part:
    """Returns a join's rows in which the columns of USING or NATURAL count once."""
    left, right = part.sources[:-1], part.sources[-1]
    names = {each.name for each in join.using}
    if join.natural:
        names = {each.name for source in left for each in source.visible} & {each.name for each in right.visible}
    merged = dict(part.merged)
    for name in names:
        one = next(seen for source in left if (seen := source.find(name)))
        other = right.find(name) or one
        merged[name] = _either(kind, one, other)
    hidden = tuple(replace(each, hidden=each.hidden or each.name in names) for each in right.columns)
    return replace(part, sources=(*left, replace(right, columns=hidden)), merged=merged)


def _either(kind: str, one: Seen, other: Seen) -> Seen:
    if kind == "FULL":
        return Seen(one.name, Coalesce(type=one.expr.type, args=(one.expr, other.expr)))
    return other if kind == "RIGHT" else one
