"""What the streams pages print beside figures.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.pages.progress import iso

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def at(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def tail_of(text: str, length: int) -> str:
    """The end of a long number, which is where two of them differ."""
    return text if len(text) <= length else f"…{text[-length:]}"


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """A full time, which scripts show in the reader's zone."""
    text = iso(time) or ""
    shown = f"{text[:10]} {text[11:19]}"
    return format_html('<time data-format="full" datetime="{}">{}</time>', text, shown)


@register.simple_tag(takes_context=True)
def page_link(context: template.RequestContext, number: int) -> str:
    """This address, with another page of the list."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def load_width(full: float | str | None) -> float:
    """Of a bar, 0 to 100, for a load in percent that may be unknown."""
    return min(100.0, full) if isinstance(full, int | float) else 0.0
