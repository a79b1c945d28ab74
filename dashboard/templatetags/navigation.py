"""The frame's links in templates: {% links as links %} and {% entries as entries %}."""

from typing import Any

from django import template

from dashboard import navigation
from streams.applications import Navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def links(context: dict[str, Any]) -> list[navigation.Link]:
    """Returns the links of the frame, with the current one marked."""
    return navigation.links(context["request"])


@register.simple_tag
def entries() -> list[Navigation]:
    """Returns the applications' entries that everybody may follow, for pages that lead back to them.

    Pages of errors use it, which must not ask the database for permissions.
    """
    return [each for each in navigation.entries() if not (each.staff or each.permission)]
