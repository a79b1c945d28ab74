"""Template tags of alarms: {% bell as bell %} for the frame of every page, and the result of a message in words."""

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
def result(message: Message) -> str:
    """Returns the result of a message of the ledger, whose answers are loaded with it."""
    return targets.result(message.state, _answer(message))


@register.filter
def reason(message: Message) -> str:
    """Returns why a message was not sent; "" where that is the beginning of its last answer, which is shown, too."""
    found = targets.reason(message)
    return "" if _answer(message).startswith(found.removesuffix("…")) else found


def _answer(message: Message) -> str:
    answers = message.answers  # type: ignore[attr-defined]  # of the Prefetch
    return answers[0].answer if answers else ""
