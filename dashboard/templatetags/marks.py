"""Lists the marks of a time in templates: {% marks stream start end as found %}."""

from typing import Any

from django import template

from common import marking
from common.marking import Mark
from streams.core import clock

register = template.Library()


@register.simple_tag(takes_context=True)
def marks(context: dict[str, Any], stream: str, start: int, end: int) -> list[Mark]:
    """Returns the marks that the reader may see; times are milliseconds."""
    return marking.marks(stream, start, end, staff=context["request"].user.is_staff)


@register.filter
def iso(milliseconds: int) -> str:
    """Returns a time as the pages' times have it."""
    return clock.to_iso(milliseconds)
