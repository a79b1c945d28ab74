"""Template tags of alarms: {% bell as bell %} for the frame of every page, and the words of severities."""

from typing import Any

from django import template

from alarms import showing

register = template.Library()


@register.simple_tag
def bell() -> dict[str, Any]:
    """Returns the number of open alarms, the worst severity and the highest number, with words for people."""
    found = showing.bell()
    return found | {"words": showing.in_words(found["open"]), "shown": "99+" if found["open"] > 99 else found["open"]}
