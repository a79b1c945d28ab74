"""Figures of alarms and messages for Prometheus: docs/monitoring.md names them."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min, Sum
from django.utils import timezone

from alarms.models import Episode, Message, Notice, Rule
from streams.applications import Figure

LAST = timedelta(hours=1)  # over which deliveries are counted: a counter of all would have to read the whole ledger


def figures() -> Iterator[Figure]:
    """Yields the open alarms by rule and severity, and the messages by state. Each is read from an index."""
    episodes = Episode.objects.filter(ended=None).values_list("rule__name", "severity").annotate(count=Count("id"))
    rows = [((rule, severity), float(count)) for rule, severity, count in episodes.order_by("rule__name", "severity")]
    words = "Episodes that have not ended."
    yield Figure(name="millrace_alarms_open", help=words, labels=("rule", "severity"), values=rows)
    now = timezone.now()
    since = now - LAST
    done = Message.objects.filter(made__gte=since).values_list("state").annotate(count=Count("id"))
    counts = {str(state): float(count) for state, count in done}
    counts[Message.WAITING] = float(Message.objects.filter(state=Message.WAITING).count())
    words = "Messages of alarms that wait, and those made in the last hour that do not, by state."
    by_state = [((state,), counts.get(state, 0.0)) for state in Message.STATES]
    yield Figure(name="millrace_messages", help=words, labels=("state",), values=by_state)
    oldest = [
        Message.objects.filter(state=Message.WAITING).aggregate(first=Min("made"))["first"],
        Notice.objects.filter(expanded=None).aggregate(first=Min("made"))["first"],
    ]
    age = max((now - each).total_seconds() for each in [*filter(None, oldest), now])
    words = "Age of the oldest message or notice that waits; 0 for none."
    yield Figure(name="millrace_message_oldest_seconds", help=words, labels=(), values=[((), age)])
    left_out = Rule.objects.filter(left_out__gt=0).order_by("name").values_list("name", "left_out")
    words = "Rows of keys beyond the number that a rule follows."
    values = [((name,), float(count)) for name, count in left_out]
    yield Figure(name="millrace_alarm_rows_left_out", help=words, labels=("rule",), values=values, counter=True)
    held = Episode.objects.filter(ended=None).aggregate(sum=Sum("suppressed"))["sum"] or 0
    words = "Calls of open episodes that were held back, to be told in the next message."
    yield Figure(name="millrace_alarm_calls_suppressed", help=words, labels=(), values=[((), float(held))])
