"""Lists the marks of a time in templates: {% marks stream start end as found %}."""

from typing import Any

from django import template
from msgspec.structs import replace

from common import marking
from common.marking import Mark
from streams.core import clock
from streams.models import kept

register = template.Library()
STREAMS = 5  # a board shows the marks of so many of its streams at most


@register.simple_tag(takes_context=True)
def marks(context: dict[str, Any], stream: str, start: int, end: int) -> list[Mark]:
    """Returns the marks that the reader may see; times are milliseconds."""
    return marking.marks(stream, start, end, staff=context["request"].user.is_staff, answered=kept.answered)


@register.simple_tag(takes_context=True)
def board_marks(context: dict[str, Any], data: dict[str, Any], value: str) -> list[Mark]:
    """Returns the marks of the streams of a board's curves that the reader may see; only those of one value, if any."""
    start, end = (clock.from_iso(data["range"][name]) for name in ("start", "end"))
    streams = {panel["stream"] for panel in data["panels"] if "lines" in panel}
    found = (
        replace(mark, stream=stream)
        for stream in sorted(streams)[:STREAMS]
        for mark in marking.marks(stream, start, end, staff=context["request"].user.is_staff, answered=kept.answered)
    )
    return marking.newest(mark for mark in found if not (value and mark.about) or mark.about == value)


@register.filter
def iso(milliseconds: int) -> str:
    """Returns a time as the pages' times have it."""
    return clock.to_iso(milliseconds)
