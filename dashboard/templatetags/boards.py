"""Writes the values of panels; dashboard/frontend/parts/figures.js writes the same in the browser."""

from typing import Any

from django import template

from dashboard.templatetags.figures import compact

register = template.Library()


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
