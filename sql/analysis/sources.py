"""Finds the sources of a SELECT: streams, subqueries, functions that give rows, and joins of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sql.analysis.context import Context
from sql.analysis.names import meant, shown
from sql.analysis.problems import ReportedError
from sql.analysis.rows import Rows, reachable
from sql.analysis.scope import EXTRAS, Named, Seen
from sql.analysis.tree import walk
from sql.language import ast
from sql.plan.nodes import Column, InAppStream, Node, Scan, Table
from sql.types import Type, varchar

ERROR_STREAM = "error_stream"
_EXTRA_TYPES: dict[str, Type] = {"PARTITION_KEY": varchar(256), "SEQUENCE_NUMBER": varchar(128)}


Queries = Callable[[Context, ast.Query], Rows]  # analyses the queries inside a query


@dataclass(frozen=True, slots=True)
class Side:
    """Is one source of FROM: the rows, their name and columns, and the window behind OVER. A table has no node."""

    named: Named
    node: Node | None
    table: Table | None = None
    over: ast.Window | None = None
    node_of: ast.Source | None = None


def named_source(context: Context, source: ast.NamedSource, select: ast.Select) -> Side:
    """Returns a stream, or a reference table, that FROM names. Raises ReportedError."""
    name = source.name.name
    table = context.tables.get(name)
    if table is not None and name not in context.streams:
        named = Named(name, reachable(table.columns), name, is_table=True)
        return Side(aliased(context, named, source.alias, source.columns), None, table, source.over, source)
    stream = context.streams.get(name)
    if stream is None:
        raise _no_stream(context, source.name)
    context.read.setdefault(name, source.name.span)
    is_input = name in context.inputs
    extras = _extras(select, stream) if is_input else ()
    more = tuple(Column(each, _EXTRA_TYPES[each], nullable=False) for each in extras)
    line = context.problems.line(source.span)
    scan = Scan(columns=(*stream.columns, *more), stream=name, extras=extras, line=line)
    columns = tuple(
        replace(each, hidden=slot >= len(stream.columns)) for slot, each in enumerate(reachable(scan.columns))
    )
    named = Named(name, columns, name, is_input=is_input)
    return Side(aliased(context, named, source.alias, source.columns), scan, None, source.over, source)


def _extras(select: ast.Select, stream: InAppStream) -> tuple[str, ...]:
    """Returns the names of the records' own columns if the SELECT uses one; a declared column of a name wins."""
    used = {each.parts[-1].name for each in walk(select) if isinstance(each, ast.ColumnRef)}
    declared = {each.name for each in stream.columns}
    return EXTRAS if (used - declared) & set(EXTRAS) and not declared & set(EXTRAS) else ()


def _no_stream(context: Context, name: ast.Identifier) -> ReportedError:
    if name.name == ERROR_STREAM:
        return context.problems.refused(
            name.span, "error_stream cannot be read by a script; give the application an output of that name."
        )
    known = [*context.streams, *context.tables]
    return context.problems.refused(name.span, f"Stream {shown(name.name)} not found{meant(name.name, known)}")


def subquery(context: Context, source: ast.SubquerySource, queries: Queries) -> Side:
    """Returns a SELECT in FROM. Raises ReportedError."""
    rows = queries(context, source.query)
    named = Named("", rows.columns)
    return Side(aliased(context, named, source.alias, source.columns), rows.node, None, source.over, source)


def aliased(context: Context, named: Named, alias: ast.Identifier | None, columns: tuple[ast.Identifier, ...]) -> Named:
    """Returns a source under its alias, with the columns renamed that the alias lists. Raises ReportedError."""
    if alias is None:
        return named
    visible = named.visible
    if columns and len(columns) != len(visible):
        raise context.problems.refused(
            alias.span, f"The alias {shown(alias.name)} names {len(columns)} columns, and there are {len(visible)}."
        )
    names = {each.name: name.name for each, name in zip(visible, columns, strict=False)} if columns else {}
    renamed = tuple(replace(each, name=names.get(each.name, each.name)) for each in named.columns)
    return replace(named, name=alias.name, columns=renamed)


def star(context: Context, sources: tuple[Named, ...], node: ast.Star) -> tuple[Seen, ...]:
    """Returns the columns for which * stands, without hidden ones. Raises ReportedError."""
    chosen = sources
    if node.qualifier is not None:
        name = node.qualifier.name
        chosen = tuple(each for each in sources if each.name == name)
        if not chosen:
            known = [each.name for each in sources if each.name]
            raise context.problems.refused(
                node.qualifier.span, f"{shown(name)} is not a source of this SELECT{meant(name, known)}"
            )
    return tuple(each for source in chosen for each in source.visible)
