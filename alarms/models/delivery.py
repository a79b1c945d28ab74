"""Stores targets, subscriptions, and the result of each message."""

from django.conf import settings
from django.db import models

from alarms.models.episodes import Notice
from alarms.models.rules import Rule
from streams.core.names import MOST_KEY


class Target(models.Model):
    """Stores a place to which messages go: an address of one channel."""

    name = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=32)  # the name of a folder of alarms/channels
    config = models.TextField()  # encrypted JSON (accounts.keyrings): addresses and secrets
    # None: of the whole site, kept by operators. Else only this person uses it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="targets")
    enabled = models.BooleanField(default=True)
    made = models.DateTimeField(auto_now_add=True)
    # The queue: one process at a time delivers to a target.
    lease_owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    # After a failure of the whole target: the time of the next attempt. Null: its last attempt was answered.
    resumes = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """Stores that a target is told of the episodes of one rule, or of all."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="subscriptions")
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, null=True, related_name="subscriptions")  # None: all
    key = models.CharField(max_length=MOST_KEY, default="")  # "": every key
    least = models.CharField(max_length=8, default="info")  # the lowest severity
    resolved = models.BooleanField(default=True)  # whether the end is told too
    # Minutes without acknowledgement after which this target is told; null: at once.
    after = models.PositiveIntegerField(null=True)
    duty = models.CharField(max_length=64, default="")  # only while this duty list names the target; "": always

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "rule", "key", "duty"], name="one_subscription_per_rule_and_key")
        ]


class Message(models.Model):
    """Stores one notice for one target: the ledger. Its rows are sent in the order of their ids, for each target."""

    WAITING, DELIVERED, FAILED, SILENCED, DROPPED = "waiting", "delivered", "failed", "silenced", "dropped"
    DRY = "dry run"  # the call was told, and nobody called
    STATES = (WAITING, DELIVERED, DRY, FAILED, SILENCED, DROPPED)
    DONE = (DELIVERED, DRY)

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="messages")
    target = models.ForeignKey(Target, on_delete=models.SET_NULL, null=True, related_name="messages")
    target_name = models.CharField(max_length=64)  # it outlives the target
    name = models.CharField(max_length=64, unique=True)  # the idempotency key that the receiver sees
    state = models.CharField(max_length=9, default=WAITING)
    why = models.CharField(max_length=200, default="")  # the reason for which it was not sent, in words
    attempts = models.PositiveIntegerField(default=0)
    due = models.DateTimeField()  # of the next attempt
    made = models.DateTimeField()
    done = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["target", "state", "id"]),
            models.Index(fields=["state", "due"]),
            models.Index(fields=["-made"]),
        ]


class Attempt(models.Model):
    """Stores one attempt to deliver a message, and the receiver's answer."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    took = models.PositiveIntegerField()  # milliseconds
    good = models.BooleanField()
    answer = models.CharField(max_length=500)  # status and beginning of the answer, made harmless
