"""Stores what rules found: the state of each watched key, episodes, and the notices that tell of them."""

from django.db import models

from alarms.models.rules import Rule
from streams.core.names import MOST_KEY


class Watched(models.Model):
    """Stores the state of one rule for one key, as long as it differs from that of a key that is well.

    Only the worker that holds the key's shard writes it, in the transaction of its commit.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="+")
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=128)  # of the worker that saw the key last
    key = models.CharField(max_length=MOST_KEY)
    state = models.TextField()  # JSON of alarms.evaluation.KeyState
    due = models.BigIntegerField(null=True)  # milliseconds: when time alone changes the state

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "stream", "key"], name="one_state_per_rule_and_key")]
        indexes = [models.Index(fields=["stream", "shard", "due"])]


class Episode(models.Model):
    """Stores one incident, from the time at which a rule's condition held until it cleared, in the stream's time."""

    # SHA-256 in hex of rule, stream, key and the first record or time: the same records give the same name.
    name = models.CharField(max_length=64, unique=True)
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="episodes")
    rule_version = models.PositiveIntegerField()
    application_version = models.PositiveIntegerField(null=True)  # of an application in SQL
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=128)
    key = models.CharField(max_length=MOST_KEY)
    severity = models.CharField(max_length=8)  # of the version that raised it
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)  # null while open
    ending = models.CharField(max_length=16, default="")  # why it ended: alarms.evaluation names the reasons
    level = models.FloatField(null=True)  # that was reached
    value = models.FloatField(null=True)  # that reached it
    peak = models.FloatField(null=True)  # the value furthest from well
    calls = models.BigIntegerField(default=0)  # evaluations that called for a notice
    notices = models.BigIntegerField(default=0)
    suppressed = models.BigIntegerField(default=0)  # calls that were held back
    cause = models.TextField(default="{}")  # JSON: the row or records that raised it, their range and digest
    acknowledged = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, default="")
    note = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-started"]),
            models.Index(fields=["-started"]),
            models.Index(fields=["ended"]),
        ]


class Notice(models.Model):
    """Stores that people are to be told: the outbox. It is written in the transaction that raised the alarm.

    `manage.py notify` makes of it one message for each target that a subscription names.
    """

    FIRING, AGAIN, RESOLVED, ESCALATED = "firing", "again", "resolved", "escalated"

    name = models.CharField(max_length=64, unique=True)  # the idempotency key: SHA-256 of episode, kind and number
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="notices_made")
    kind = models.CharField(max_length=9)
    at = models.DateTimeField()  # the stream's own time
    value = models.FloatField(null=True)
    suppressed = models.BigIntegerField(default=0)  # calls that were held back since the notice before
    made = models.DateTimeField()  # by the database's clock
    expanded = models.DateTimeField(null=True)  # when messages were made of it; null while it waits
    # Set when it was expanded: JSON, the reasons for which somebody was not told, such as silences.
    untold = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["expanded", "id"])]
