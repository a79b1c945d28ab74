"""Writes texts and numbers of the streams pages, beside figures.py."""

from collections.abc import Mapping
from typing import Any

from django import template

from common.text import escaped

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def at(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def plain(text: str) -> str:
    """Returns text from outside with its control and format characters, such as bidi overrides, as \\uXXXX."""
    return escaped(text)


@register.filter
def plain_lines(text: str) -> str:
    """Returns text of several lines as `plain` does one."""
    return escaped(text, "\n")


@register.filter
def tail_of(text: str, length: int) -> str:
    """Returns the end of a long number, where two numbers differ."""
    return text if len(text) <= length else f"…{text[-length:]}"


@register.filter
def load_width(full: float | str | None) -> float:
    """Returns the width of a bar, 0 to 100, for a load in percent that may be unknown."""
    return min(100.0, full) if isinstance(full, int | float) else 0.0


@register.filter
def percent(share: float) -> str:
    """Returns a share of 1 in percent: whole ones, but "< 1 %" and "99 %" rather than 0 and 100 that are not exact."""
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{min(99, round(100 * share)) if share < 1 else 100} %"


@register.filter
def by_kinesis(untold: str) -> str:
    """Returns why a figure is not there: only Kinesis does not tell it."""
    return "not told by Kinesis" if untold == "not told" else untold
