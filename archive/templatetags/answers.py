"""Writes the values of answers, sizes and times on pages."""

import json
from typing import Any

from django import template
from django.utils.html import format_html

register = template.Library()
MOST = 300  # characters of a cell
GROUPED = 10_000  # smaller whole numbers, which may be years, have no comma


@register.filter
def answer_cell(value: Any, kind: str = "") -> Any:
    """Returns a value as people read it: 12,345, 0.25, a dash for NULL; a time with a zone as the reader's time."""
    if isinstance(value, str) and kind == "TIMESTAMP WITH TIME ZONE":
        return format_html('<time data-format="full" datetime="{}">{} {}</time>', value, value[:10], value[11:19])
    text = _text(value)
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def _text(value: Any) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}" if abs(value) >= GROUPED else str(value)
        case float():
            return _number(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def _number(value: float) -> str:
    if value and abs(value) < 0.001:
        return f"{value:.4g}"
    if abs(value) >= 1e15:
        return f"{value:.6g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


@register.filter
def size(count: int) -> str:
    """Returns a number of bytes as 12.3 MB."""
    if count < 1000:
        return f"{count} byte{'' if count == 1 else 's'}"
    for unit, letter in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= unit:
            return f"{count / unit:.3g} {letter}"
    return f"{count / 1e3:.3g} kB"


@register.filter
def took(seconds: float | None) -> str:
    """Returns 0.84 as "0.84 s"."""
    return "–" if seconds is None else f"{seconds:.2f} s"


@register.filter
def at_place(values: list[Any], place: int) -> Any:
    """Returns the value at a place, from 0."""
    return values[place]
