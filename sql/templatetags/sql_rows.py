"""Writes the values of rows on pages; sql/frontend/cells.js writes the same in the browser."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def cell(value: Any) -> str:
    """Returns 1234.50000 as 1,234.5, TRUE as true, and NULL as a dash."""
    match value:
        case None:
            return "–"
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}"
        case float():
            text = f"{value:,.4f}"
            return text.rstrip("0").rstrip(".")
        case _:
            return str(value)


@register.filter
def is_number(type_: str) -> bool:
    """Returns whether values of a type of the dialect are numbers, which stand to the right."""
    return type_.split("(")[0] in {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DECIMAL", "REAL", "DOUBLE"}
