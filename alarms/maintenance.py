"""Makes and ends silences for people. Episodes are found and shown all the same; `notify` counts held messages."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from alarms import silencing
from alarms.acknowledging import RefusedError
from alarms.models import Episode, Rule, Silence
from common.text import storable
from streams.core.names import MOST_KEY
from streams.models import Audit

MOST_REASON = 200
LONGEST = timedelta(days=90)
MOST = 200  # that hold at a time


def current_silences(now: datetime) -> QuerySet[Silence]:
    """Returns the silences that hold at a time, the newest first."""
    found = Silence.objects.filter(ended=None, since__lte=now).filter(Q(until=None) | Q(until__gt=now))
    return found.select_related("rule").order_by("-since", "-pk")


def of_episode(episode: Episode, now: datetime) -> QuerySet[Silence]:
    """Returns the silences that hold back the messages of an episode."""
    rule, key = Q(rule=None) | Q(rule=episode.rule_id), Q(key="") | Q(key=episode.key)
    return current_silences(now).filter(rule & key)


@transaction.atomic
def silence(rule: Rule | None, key: str, until: datetime | None, reason: str, who: str, now: datetime) -> Silence:
    """Makes a silence, of every rule without one and of every key for "". Raises RefusedError.

    Without `until` it ends when the open episodes that it covers have cleared.
    """
    words = " ".join(storable(reason, MOST_REASON + 1).split())
    if not words:
        raise RefusedError("Say why: the reason stands in the ledger beside each message that is held back.", "reason")
    if len(words) > MOST_REASON or len(key) > MOST_KEY:
        field = "key" if len(key) > MOST_KEY else "reason"
        raise RefusedError(f"A reason has at most {MOST_REASON} characters, a key at most {MOST_KEY}.", field)
    if until is not None and not now < until <= now + LONGEST:
        raise RefusedError(f"A silence ends in the future, within {LONGEST.days} days.", "until")
    if until is None and not _open(rule, key).exists():
        raise RefusedError("No such alarm is open, so there is nothing to wait for: give the silence an end.", "length")
    if current_silences(now).count() >= MOST:
        raise RefusedError(f"There are {MOST} silences already: end some first.")
    made = Silence.objects.create(rule=rule, key=storable(key), since=now, until=until, reason=words, who=who[:150])
    _audit(who, "silence", made)
    return made


@transaction.atomic
def end(number: int, who: str, now: datetime) -> Silence:
    """Ends a silence early. Raises RefusedError for one that has ended, and Silence.DoesNotExist."""
    found = Silence.objects.select_for_update().get(pk=number)
    if found.ended or (found.until and found.until <= now):
        raise RefusedError("The silence has ended already.")
    silencing.end(found, now)
    _audit(who, "unsilence", found)
    return found


def _open(rule: Rule | None, key: str) -> QuerySet[Episode]:
    found = Episode.objects.filter(ended=None)
    found = found.filter(rule=rule) if rule else found
    return found.filter(key=key) if key else found


def _audit(who: str, action: str, silence: Silence) -> None:
    target = f"{silence.rule.name if silence.rule else 'every rule'} {silence.key[:100]} ({silence.pk})"
    Audit.objects.create(who=who[:150], action=action, target=target, count=0)
