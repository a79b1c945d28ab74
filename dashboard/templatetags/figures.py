"""Writes numbers and times on pages; dashboard/frontend/format.js writes the same in the browser."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from streams.core import clock

register = template.Library()


@register.filter
def grouped(value: float | None, places: int = 0) -> str:
    """Returns 1234567 as 1,234,567, and None as a dash."""
    return f"{value:,.{places}f}" if isinstance(value, int | float) else "–"


@register.filter
def cells(values: Iterable[float | None]) -> SafeString:
    """Returns numbers as the cells of a table; a template's loop takes four times as long."""
    return mark_safe("".join(f"<td>{grouped(value)}</td>" for value in values))  # noqa: S308 - digits, commas, dashes


@register.filter
def named_cells(row: Mapping[str, float | None] | None, names: str) -> SafeString:
    """Returns figures of a row as cells that the browser finds by their names; None gives empty ones, with dashes.

    `names` are words such as "bought last:2": a name in the row, and the places of its figure.
    """
    return mark_safe(_cells(row or {}, names))  # noqa: S308 - words of templates, digits, commas, dashes


@register.filter
def time_rows(rows: Iterable[Mapping[str, Any] | None], names: str) -> SafeString:
    """Returns rows of a table: the time `at` of each, and its `named_cells`; None gives an empty one.

    A template's loop takes ten times as long, and a page has hundreds of rows.
    """
    row_of = '<tr><th scope="row"><time data-f="at" data-format="whole" datetime="{}">{}</time></th>{}</tr>'.format
    cells_of = ((escape(row["at"]) if row else "", _cells(row or {}, names)) for row in rows)
    return mark_safe("\n".join(row_of(at, at_minute(at), figures) for at, figures in cells_of))  # noqa: S308 - escaped


def _cells(row: Mapping[str, float | None], names: str) -> str:
    named, whole = _named(names)
    try:
        return whole(**row)  # at once, if each has a figure
    except (KeyError, TypeError, ValueError):
        return "".join(f'<td data-f="{name}">{grouped(row.get(name), places)}</td>' for name, places in named)


@cache
def _named(names: str) -> tuple[list[tuple[str, int]], Callable[..., str]]:
    parts = (each.partition(":") for each in names.split())
    named = [(name, int(places or 0)) for name, _, places in parts]
    return named, "".join(f'<td data-f="{name}">{{{name}:,.{places}f}}</td>' for name, places in named).format


@register.filter
def records(count: int | None) -> str:
    """Returns a number of records in words; "" if it is unknown."""
    if not isinstance(count, int):
        return ""
    return "1 record" if count == 1 else f"{count:,} records"


@register.filter
def compact(value: float) -> str:
    """Returns a number with four figures: 173450211 as 173.5 M."""
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.4g} {letter}"
    return f"{value:,.0f}"


@register.filter
def percent_of(value: float, whole: float) -> float:
    """Returns the width of a bar: 0 to 100."""
    return round(min(100.0, 100 * value / whole), 1) if whole else 0.0


@register.filter
def fullness(site: dict[str, float]) -> float:
    """Returns a site's count for its bar, on which the threshold stands at 75."""
    return percent_of(site["lines"] * 0.75, site["threshold"])


@register.filter
def state(site: dict[str, float]) -> str:
    """Returns quiet, elevated (from half of the threshold on) or alarm."""
    if site["alarm"]:
        return "alarm"
    return "elevated" if site["lines"] * 2 >= site["threshold"] else "quiet"


@register.filter
def signed(value: float, places: int = 0) -> str:
    """Returns a change with its sign: +1.20 or −1.20."""
    return f"{value:+,.{places}f}".replace("-", "−")


@register.filter
def at_minute(moment: str) -> str:
    """Returns an ISO time as 2026-11-22 14:03."""
    return moment[:16].replace("T", " ")


@register.filter
def span(seconds: float) -> str:
    """Returns whole seconds, minutes and hours: 3725 as 1 h 2 min."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@register.filter
def lasted(alarm: dict[str, str]) -> str:
    """Returns the time from an alarm's start to its end; "" while it is open."""
    if not alarm["ended"]:
        return ""
    return span((clock.from_iso(alarm["ended"]) - clock.from_iso(alarm["started"])) / clock.SECOND)
