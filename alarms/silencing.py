"""Holds the rules of silences: which are in force, when they end, and which messages that makes.

A silence holds back messages that an episode began or goes on. The end of an episode is told to each target that was
told of its beginning: a receiver that opened an incident can always close it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from alarms.letters import AGAIN
from alarms.models import Episode, Message, Notice, Silence
from common.text import cut

MOST_REMINDED = 1000  # episodes that the end of one silence tells of


def words(silence: Silence) -> str:
    """Returns the reason that the ledger shows for a message that a silence held back."""
    return cut(f"Silenced by {silence.who}: {silence.reason}", 200)


def episode_filter(silence: Silence) -> Q:
    """Returns the filter for the episodes that a silence is about."""
    found = Q()
    if silence.rule_id is not None:
        found &= Q(rule=silence.rule_id)
    return found & Q(key=silence.key) if silence.key else found


def clear_with(episode: int, rule: int, key: str, now: datetime) -> None:
    """Ends the silences that hold until an episode clears: those with no other open episode that they are about."""
    fitting = Q(rule=rule) | Q(rule=None)
    for silence in Silence.objects.filter(fitting, ended=None, until=None, key__in=["", key], since__lte=now):
        if not Episode.objects.filter(episode_filter(silence), ended=None).exclude(pk=episode).exists():
            end(silence, now)


def expire(now: datetime) -> bool:
    """Ends the silences that are over; returns whether there was one."""
    over = list(Silence.objects.filter(ended=None, until__lte=now).order_by("id")[:100])
    for silence in over:
        end(silence, now)
    return bool(over)


def end(silence: Silence, now: datetime) -> None:
    """Ends a silence. For each episode that still burns and that it kept quiet, a notice is made: it goes on."""
    with transaction.atomic():
        if not Silence.objects.filter(pk=silence.pk, ended=None).update(ended=now):
            return  # another process ended it
        quiet = Message.objects.filter(state=Message.SILENCED, made__gte=silence.since).values("notice__episode")
        burning = Episode.objects.filter(episode_filter(silence), ended=None, acknowledged=None, pk__in=quiet)
        Notice.objects.bulk_create(
            [_reminder(each, silence, now) for each in burning.order_by("id")[:MOST_REMINDED]], ignore_conflicts=True
        )


def _reminder(episode: Episode, silence: Silence, now: datetime) -> Notice:
    name = hashlib.sha256(f"{episode.name}:unsilenced:{silence.pk}".encode()).hexdigest()
    return Notice(name=name, episode=episode, kind=AGAIN, at=episode.started, value=episode.value, made=now)
