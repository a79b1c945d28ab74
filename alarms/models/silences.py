"""Stores silences, during which nobody is told, and duty lists."""

from django.db import models

from alarms.models.rules import Rule
from streams.core.names import MOST_KEY


class Silence(models.Model):
    """Stores that messages of a rule, or of a key of it, are held back. Episodes are found and shown all the same."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, null=True, related_name="silences")  # None: all
    key = models.CharField(max_length=MOST_KEY, default="")  # "": every key
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # None: until the open episode clears
    reason = models.CharField(max_length=200)
    who = models.CharField(max_length=150)
    ended = models.DateTimeField(null=True)  # early, by a person, or because the episode cleared
    swallowed = models.PositiveIntegerField(default=0)  # messages


class DutyTurn(models.Model):
    """Stores one turn of a duty list: a target, from one weekly time to another, in the time of a zone."""

    duty = models.CharField(max_length=64)
    target = models.ForeignKey("alarms.Target", on_delete=models.CASCADE, related_name="turns")
    starts = models.CharField(max_length=64)  # cron expressions of cronsim
    ends = models.CharField(max_length=64)
    zone = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["duty"])]
