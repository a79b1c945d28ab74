"""Chooses rows of alarms for removal by login/janitor.py. An episode goes with its notices, messages and attempts."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from alarms.models import (
    Attempt,
    DutyTurn,
    Episode,
    Message,
    Notice,
    Rule,
    RuleVersion,
    Silence,
    Subscription,
    Target,
    Watched,
)
from common.retention import kept_since

NOT_GROWING: dict[type[Model], str] = {
    Attempt: "goes with its message",
    Notice: "goes with its episode",
    RuleVersion: "as many as people make changes; goes with its rule",
    Watched: "one for each rule and key that is not well; alarms/states.py bounds them",
    Target: "as many as people make; ten of one viewer",
    Subscription: "as many as people make",
    DutyTurn: "as many as people make",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the rows that have been kept long enough, by model. What waits or is open stays."""
    messages = kept_since(now, settings.RETENTION_MESSAGES)
    alarms = kept_since(now, settings.RETENTION_ALARMS)
    gone = Rule.objects.filter(~Exists(Episode.objects.filter(rule=OuterRef("pk"))), removed__lt=alarms)
    ledger = Message.objects.filter(notice__episode=OuterRef("pk"))
    return {
        Message: Message.objects.exclude(state=Message.WAITING).filter(made__lt=messages),
        Episode: Episode.objects.filter(~Exists(ledger), ended__lt=alarms),
        Silence: Silence.objects.filter(ended__lt=alarms),
        Rule: gone.filter(own=False),
    }
