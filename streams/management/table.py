"""Prints rows for people, in columns."""

from collections.abc import Iterable, Iterator
from typing import Any

from common.text import escaped


def lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yields a head and a line for each row, with numbers to the right. Yields a sentence when there is no row."""
    table = list(rows)
    if not table:
        yield "Nothing yet."
        return
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
