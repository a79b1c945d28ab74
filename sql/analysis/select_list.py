"""Types the items of a select list."""

from sql.analysis.expressions import Typer, reading
from sql.analysis.problems import ReportedError
from sql.analysis.rows import Value, moves
from sql.analysis.scope import ROWTIME
from sql.analysis.sources import star
from sql.language import ast

COLUMNS_MOST = 1_000


def select_list(typer: Typer, node: ast.Select) -> list[Value]:
    """Types the items of SELECT; one with a problem does not hide the others' problems. Raises ReportedError."""
    values: list[Value] = []
    failed = False
    moving = reading(typer.scope)
    for number, item in enumerate(node.items, 1):
        try:
            if isinstance(item, ast.Star):
                found = star(typer.context, typer.scope.sources, item)
                values += [Value(each.name, each.expr, item.span, each.trend) for each in found]
                continue
            expr = typer.type(item.expr)
            if item.alias is not None and item.alias.name == ROWTIME:
                check_row_time(typer, item)
            values.append(moves(_name(item, number), expr, item.span, moving))
        except ReportedError:
            failed = True
    if failed:
        raise ReportedError
    if len(values) > COLUMNS_MOST:
        raise typer.refused(node.span, f"A SELECT has at most {COLUMNS_MOST} columns, not {len(values)}.")
    return values


def _name(item: ast.Item, number: int) -> str:
    if item.alias is not None:
        return item.alias.name
    if isinstance(item.expr, ast.ColumnRef):
        return item.expr.parts[-1].name
    return f"EXPR${number}"


def check_row_time(typer: Typer, item: ast.Item) -> None:
    """Refuses `expr AS ROWTIME` unless it is the row time itself."""
    is_row_time = isinstance(item.expr, ast.ColumnRef) and item.expr.parts[-1].name == ROWTIME
    if not is_row_time:
        raise typer.refused(
            item.span,
            "… AS ROWTIME would give rows another row time, and only the row time itself can have that name;"
            " give the column another name and group by MONOTONIC(…) of it.",
        )
