"""Writes the values of panels; dashboard/frontend/parts/figures.js writes the same in the browser."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import mark_safe

from dashboard.templatetags.figures import compact

register = template.Library()


@register.filter
def steps(twin: Iterable[tuple[str, list[float | None]]]) -> str:
    """Returns the rows of a curve's table; a template would need ten times as long for those of a year."""
    return mark_safe("".join(map(_row, twin)))  # noqa: S308 - times and numbers, written here


def _row(step: tuple[str, list[float | None]]) -> str:
    time, values = step
    head = f'<time data-format="full" datetime="{time}">{time[:10]} {time[11:19]}</time>'
    return f'<tr><th scope="row">{head}</th>{"".join(f"<td>{escape(figure(value))}</td>" for value in values)}</tr>'


@register.filter
def figure(value: Any) -> str:
    """Returns 1234.5 as 1,234.5 and 12345678 as 12.35 m; a dash for None, a text as it is."""
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return str(value)
    if abs(value) >= 1e6:
        return f"{'-' if value < 0 else ''}{compact(abs(value))}"
    text = f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4f}"
    return text.rstrip("0").rstrip(".")


@register.filter
def degrees(value: float) -> str:
    """Returns 40.749 as 40.7490: 11 metres."""
    return f"{value:.4f}"
