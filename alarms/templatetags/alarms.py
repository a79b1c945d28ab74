"""Template tags of alarms: {% bell as bell %} for the frame of every page, reasons, and what a silence held back."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from alarms import showing, silencing, targets
from alarms.models import Message, Silence
from streams.core.clock import iso

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


@register.filter
def swallowed_url(silence: Silence) -> str:
    """Returns the address of the messages that a silence held back, in the ledger."""
    end = iso(silence.ended + timedelta(seconds=1)) if silence.ended else "now"  # ranges begin and end with a second
    asked = {"state": Message.SILENCED, "q": silencing.words(silence), "range": f"{iso(silence.since)}..{end}"}
    return f"{reverse('alarm-ledger')}?{urlencode(asked)}"
