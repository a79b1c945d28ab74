"""Template tags that pages of every app use."""

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import sessions
from dashboard.standing import shown
from streams.core import clock

register = template.Library()


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """Writes a full time; scripts show it in the reader's zone."""
    text = time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    shown = f"{text[:10]} {text[11:19]}"
    return format_html('<time data-format="full" datetime="{}">{}</time>', text, shown)


@register.simple_tag(takes_context=True)
def session_limits(context: template.RequestContext) -> SafeString:
    """Writes attributes with the seconds until the session of a signed-in user ends, for session.js."""
    row = getattr(context["request"].session, "row", None)
    if row is None:
        return SafeString()
    limits = sessions.limits(row, timezone.now())
    return format_html(' data-left="{}" data-rest="{}"', limits["left"], limits["rest"])


@register.simple_tag(takes_context=True)
def page_link(context: template.RequestContext, number: int) -> str:
    """Returns this address with another page of the list."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def past_until(context: template.RequestContext) -> str:
    """Returns the end of the time that a page shows, if it has passed; "" for a live page, and one without a time."""
    span = getattr(context.get("period") or context.get("asked"), "span", None)
    time = shown(None if span is None or span.live else span.end)
    return "" if time.at is None else clock.to_iso(time.at)
