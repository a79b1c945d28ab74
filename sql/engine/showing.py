"""Writes the values of rows for people, as they would stand in a script: times as times, not as milliseconds."""

from collections.abc import Sequence
from typing import Any

from sql.functions.writing import writer
from sql.plan.expressions import Expr
from sql.plan.parts import Column
from sql.types import Kind, Type

VALUE_MOST = 1_000  # characters of a row
KEYS_MOST = 200  # characters of the keys of a group or a window


def shown_row(columns: Sequence[Column], values: Sequence[Any]) -> str:
    """Returns a row as text, `NAME=value` by column, cut to VALUE_MOST characters."""
    return _shown(((column.name, column.type) for column in columns), values, VALUE_MOST)


def shown_keys(keys: Sequence[Expr], values: object) -> str:
    """Returns the values of keys in the user's words, such as `"ticker"='A'`; one alone need not be in a tuple."""
    held = values if isinstance(values, tuple) else (values,)
    return _shown(((key.written or "key", key.type) for key in keys), held, KEYS_MOST)


def _shown(named: Any, values: Sequence[Any], most: int) -> str:
    texts: list[str] = []
    size = 0
    for (name, held), value in zip(named, values, strict=False):
        texts.append(f"{name}={shown_value(held, value)}")
        size += len(texts[-1]) + 2
        if size > most:
            break
    return cut(", ".join(texts), most)


def shown_value(of: Type, value: Any) -> str:
    """Returns a value as text; a text is in quotes, and cut. A time that no calendar holds stays a number."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        quoted = value[:VALUE_MOST].replace("'", "''")
        return f"'{quoted}'"
    if isinstance(value, bytes):
        return f"X'{value[:VALUE_MOST].hex().upper()}'"
    try:
        return repr(value) if of.kind == Kind.DOUBLE else writer(of)(value)
    except (KeyError, ValueError, ArithmeticError):
        return str(value)[:VALUE_MOST]


def cut(text: str, most: int = VALUE_MOST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
