"""Prints rows for people, in columns."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from common.text import escaped


def lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yields a head and a line for each row, with numbers to the right. Yields a sentence when there is no row.

    Rows with other columns than those before them are a table of their own, after an empty line.
    """
    found = False
    for _, same in groupby(rows, key=dict.keys):
        if found:
            yield ""
        found = True
        yield from _table(list(same))
    if not found:
        yield "Nothing yet."


def _table(table: list[dict[str, Any]]) -> Iterator[str]:
    width = {name: max(len(name), *(len(_text(row[name])) for row in table)) for name in table[0]}
    yield "  ".join(name.ljust(width[name]) for name in width).rstrip()
    for row in table:
        yield "  ".join(_cell(value, width[name]) for name, value in row.items()).rstrip()


def _cell(value: Any, width: int) -> str:
    return _text(value).rjust(width) if _is_number(value) else _text(value).ljust(width)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    match value:
        case None:
            return "–"
        case list():
            return escaped(" ".join(map(str, value)))
        case True:
            return "yes"
        case False:
            return "no"
        case float():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
        case _:
            return escaped(str(value))
