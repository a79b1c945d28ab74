"""Turns FROM into operators: one source, or joins of several."""

from dataclasses import replace

from sql.analysis.context import Context
from sql.analysis.join_keys import Condition, condition_of
from sql.analysis.join_sides import Part, combined, joined_by_name, merge, of_side, refuse_window
from sql.analysis.join_windows import join_frame, with_row_times
from sql.analysis.problems import ReportedError, Tried
from sql.analysis.scope import Scope
from sql.analysis.sources import Queries, Side, named_source, subquery
from sql.analysis.table_functions import function_source
from sql.language import ast
from sql.plan.nodes import LookupJoin, Node, StreamJoin


def from_clause(context: Context, select: ast.Select, queries: Queries) -> tuple[Node, Scope, bool]:
    """Returns the operator that gives the rows of FROM, the scope of their columns, and whether WHERE is done there.

    A list of sources is a join by the condition in WHERE. Raises ReportedError.
    """
    source = select.sources[0]
    for number, each in enumerate(select.sources[1:], 2):
        last = number == len(select.sources)
        span = source.span._replace(end=each.span.end)
        source = ast.Join("CROSS", source, each, on=select.where if last else None, span=span)
    part = Builder(context, select, queries).part(source)
    if part.node is None:
        raise context.problems.refused(
            source.span, "A reference table alone gives no rows; join it with a stream: FROM s JOIN t ON …."
        )
    refuse_window(context, part)
    done = len(select.sources) > 1 and select.where is not None
    return part.node, Scope(part.sources, merged=part.merged), done


class Builder:
    """Builds the operators of one FROM."""

    def __init__(self, context: Context, select: ast.Select, queries: Queries) -> None:
        self.context, self.select, self.queries = context, select, queries

    def part(self, source: ast.Source) -> Part:
        """Returns the rows of a source. Raises ReportedError."""
        if not isinstance(source, ast.Join):
            return of_side(self._side(source))
        tried = Tried()
        left = tried(lambda: self.part(source.left))
        right = tried(lambda: self.part(source.right))
        if left is None or right is None:
            raise ReportedError
        if left.table is not None and right.table is not None:
            raise self.context.problems.refused(source.span, "Two reference tables give no rows; join a stream first.")
        names = [each.name for each in left.sources]
        for each in right.sources:
            if each.name and each.name in names:
                raise self.context.problems.refused(
                    source.right.span, f"FROM names {each.name} twice; give one an alias: … AS B."
                )
        if left.table is not None or right.table is not None:
            return self._lookup(source, left, right)
        return self._streams(source, left, right)

    def _side(self, source: ast.Source) -> Side:
        match source:
            case ast.NamedSource():
                return named_source(self.context, source, self.select)
            case ast.SubquerySource():
                return subquery(self.context, source, self.queries)
            case ast.FunctionSource():
                return function_source(self.context, source, self.queries)
        raise self.context.problems.refused(source.span, "This source is not supported.")

    def _condition(self, join: ast.Join, part: Part, width: int) -> Condition:
        """Returns the typed condition of a join, its equalities apart. `width` is that of the left row."""
        on = joined_by_name(self.context, join, part) if join.using or join.natural else join.on
        is_where = join.on is not None and join.on is self.select.where
        return condition_of(self.context, Scope(part.sources), on, width, "WHERE" if is_where else "ON")

    def _lookup(self, join: ast.Join, left: Part, right: Part) -> Part:
        """Returns the join of a stream with a reference table, on either side."""
        stream, table = left, right
        kind: str = join.kind
        if right.table is None:
            stream, table = right, left
            kind = {"LEFT": "RIGHT", "RIGHT": "LEFT"}.get(kind, kind)
        if kind in {"RIGHT", "FULL"}:
            raise self.context.problems.refused(
                join.span,
                f"{join.kind} JOIN would give rows of the reference table that match no row and have no time;"
                " let the stream's rows stand: LEFT JOIN the table onto the stream.",
            )
        refuse_window(self.context, table)
        refuse_window(self.context, stream)
        if stream.node is None or table.table is None:
            raise ReportedError
        width = len(stream.node.columns)
        outer = kind == "LEFT"
        part = combined(stream, table, width, nullable=("right",) if outer else ())
        found = self._condition(join, part, width)
        keys, residual = found.on_table(table.table)
        if not keys:
            self._warn_scan(join, table.table.name, bool(residual))
        node = LookupJoin(
            columns=part.columns,
            input=stream.node,
            table=table.table.name,
            outer=outer,
            keys=keys,
            condition=residual,
            line=self.context.problems.line(join.right.span),
        )
        done = merge(part, join, kind) if join.using or join.natural else part
        if right.table is None:  # the table's columns come first in the script, and last in the row
            done = replace(done, sources=(done.sources[-1], *done.sources[:-1]))
        return replace(done, node=node)

    def _warn_scan(self, join: ast.Join, name: str, conditioned: bool) -> None:  # noqa: FBT001 - one of two sentences
        mend = "join by an equality with a column of the table" if conditioned else "add ON s.k = t.k"
        self.context.problems.warn(
            join.span, f"Each row is compared with every row of the table {name}, which takes time; {mend}."
        )

    def _streams(self, join: ast.Join, left: Part, right: Part) -> Part:
        """Returns the join of two streams."""
        frames = [join_frame(self.context, self.select, each) for each in (left, right)]
        if frames == [None, None]:
            raise self.context.problems.refused(
                join.right.span,
                "A join of streams needs a window, so that it knows how long rows wait for each other: write OVER"
                " (RANGE INTERVAL '1' MINUTE PRECEDING) after one of them.",
            )
        kind = "INNER" if join.kind == "CROSS" else join.kind
        left, right = with_row_times(left, right, frames, kind)
        if left.node is None or right.node is None:
            raise ReportedError
        outer = (*(["left"] if kind in {"RIGHT", "FULL"} else []), *(["right"] if kind in {"LEFT", "FULL"} else []))
        width = len(left.node.columns)
        part = combined(left, right, width, nullable=outer)
        found = self._condition(join, part, width)
        if not found.links(width):
            self.context.problems.warn(
                join.span, "No condition links the two streams, so that every row meets every row; add ON a.k = b.k."
            )
        keys, residual = found.on_streams(width)
        node = StreamJoin(
            columns=part.columns,
            left=left.node,
            right=right.node,
            kind=kind,
            left_frame=frames[0],
            right_frame=frames[1],
            keys=keys,
            condition=residual,
            line=self.context.problems.line(join.span),
        )
        return replace(merge(part, join, kind) if join.using or join.natural else part, node=node)
