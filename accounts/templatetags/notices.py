"""Draws the banner of notices that the user must acknowledge."""

from typing import Any

from django import template

from accounts import history

register = template.Library()
SHOWN = 3  # the newest notices are shown; the rest are counted


@register.inclusion_tag("accounts/_notices.html", takes_context=True)
def notices(context: template.RequestContext) -> dict[str, Any]:
    """Returns the context of the banner; empty for anonymous visitors and if every notice is acknowledged."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {}
    unseen = history.unacknowledged(request.user, request.session)
    newest = list(unseen[: SHOWN + 1])
    more = unseen.count() - SHOWN if len(newest) > SHOWN else 0
    return {
        "request": request,
        "lines": [history.line(event) for event in newest[:SHOWN]],
        "up_to": newest[0].pk if newest else 0,
        "more": more,
        "csrf_token": context.get("csrf_token"),
    }
