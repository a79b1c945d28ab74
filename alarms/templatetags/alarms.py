"""Template tags of alarms: {% bell as bell %} for the frame of every page, and the reason of a message."""

from typing import Any

from django import template

from alarms import showing, targets
from alarms.models import Message

register = template.Library()


@register.simple_tag
def bell() -> dict[str, Any]:
    """Returns the number of open alarms, the worst severity and the highest number, with words for people."""
    found = showing.bell()
    return found | {"words": showing.in_words(found["open"]), "shown": "99+" if found["open"] > 99 else found["open"]}


@register.filter
def reason(message: Message) -> str:
    """Returns why a message was not sent; "" where that is the beginning of its last answer, which is shown, too.

    The answers of the message are loaded with it.
    """
    found = targets.reason(message)
    answers = message.answers  # type: ignore[attr-defined]  # of the Prefetch
    return "" if answers and answers[0].answer.startswith(found.removesuffix("…")) else found
