"""Finds the pages of alarms, rules, and the open episodes of a key."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from alarms import showing
from alarms.models import Rule
from common.finding import Hit, Person, fits

PAGES = {
    "alarm-rules": ("Alarm rules", "what raises an alarm"),
    "alarm-ledger": ("Ledger of alarms", "each message, its target and its result"),
    "alarm-targets": ("Alarm targets", "the places to which messages go"),
    "alarm-silences": ("Silences", "alarms that tell nobody for a time"),
    "alarm-duty": ("Duty list", "who is told at which time"),
}


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the pages of alarms, then rules and open episodes with the text in their names."""
    for name, (title, about) in PAGES.items():
        if fits(text, title, about):
            yield Hit("page", title, reverse(name), about)
    if not text:
        return
    for rule in Rule.objects.filter(Q(name__icontains=text) | Q(title__icontains=text)).order_by("title")[:most]:
        yield Hit("rule", rule.title, reverse("alarm-rule", args=[rule.name]), f"an alarm rule on {rule.application}")
    # The title is not the key alone, so that a text that names a ticker leads to that ticker.
    for each in showing.is_open().filter(key__icontains=text, rule__own=False)[:most]:
        yield Hit("alarm", f"{each.rule.title}: {each.key}", reverse("episode", args=[each.pk]), "an open alarm")
