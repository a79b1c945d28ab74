"""Leases with their checkpoints, members, dead letters, throughput, versions of topics, and the audit."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self

from django.db import models

from common.lasting import lasting
from streams.core.commits import REMEDY
from streams.models.lenient import (
    LenientBytes,
    LenientChars,
    LenientHash,
    LenientNames,
    LenientNumber,
    LenientText,
    LenientTime,
    Odd,
    OddTime,
)

LEASE = timedelta(seconds=5)  # A dead worker's shards are taken over after this, at the latest.


class Lease(models.Model):
    """One shard of a stream as one consumer application sees it: its owner, checkpoint and processor state.

    It belongs to the stream of one identity; when the name leads to another stream, its leases are made or become
    current, and those of the former are kept (streams.coordination.listing). current_leases() returns
    those that are read.

    Checkpoint and state change only together with the results, in one transaction that `owner` and `counter` guard.

    A row with a value of a wrong type can be read: `damage` then says which column is damaged, and so does `trouble`.
    """

    application = LenientChars(max_length=64)
    stream = LenientChars(max_length=128)
    identity = LenientChars(max_length=200, default="")  # of the stream; "" as older releases left it
    current = models.BooleanField(default=True)
    shard = LenientChars(max_length=64)
    parents = LenientNames(default=list)
    hash_start = LenientHash(max_length=32, default="0" * 32)  # of the keys it covers, hexadecimal, both inclusive
    hash_end = LenientHash(max_length=32, default="f" * 32)
    owner = LenientChars(max_length=128, blank=True)
    counter = LenientNumber(default=0)  # fencing: grows with each take-over
    expires = LenientTime(null=True)
    checkpoint = LenientText()  # as streams.engine.reading writes it
    state = LenientBytes(default=bytes)  # the head of its log: streams.core.segments; the rest are StateSegments
    watermark = LenientTime(null=True)  # every record that arrived before it is applied
    newest = LenientTime(null=True)  # arrival of the newest applied record
    applied = LenientNumber(default=0)  # records
    dead = LenientNumber(default=0)  # records
    expired = LenientNumber(default=0)  # records that expired unread, as far as their number is known
    expired_from = LenientTime(null=True)  # the latest loss: the records that arrived after this …
    expired_to = LenientTime(null=True)  # … and up to this
    trouble = LenientChars(max_length=500, default="")  # why its worker cannot read it, in a sentence

    damage = ""  # which columns of the row cannot be read, in words; "" for a sound row

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "stream", "identity", "shard"], name="one_lease_per_shard")
        ]

    def __str__(self) -> str:
        return f"{self.application} on {self.stream}/{self.shard}"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """Makes a lease of a row. Times that cannot be read are None."""
        lease = super().from_db(db, field_names, values)
        found = {name: value for name, value in zip(field_names, values, strict=False) if isinstance(value, Odd)}
        for name in [name for name, value in found.items() if isinstance(value, OddTime)]:
            setattr(lease, name, None)
        lease.damage = "; ".join(f"its {name} is {value.told}" for name, value in found.items())
        if found and not lease.trouble:
            lease.trouble = f"its lease is damaged ({lease.damage}); {REMEDY}"
        return lease


class StateSegment(models.Model):
    """A part of a lease's state that no longer fits its row; streams.core.state_log says how they come and go."""

    lease = models.ForeignKey(Lease, models.CASCADE)
    history = models.BooleanField()  # whether it holds history rows, not entries
    number = models.BigIntegerField()
    data = LenientBytes()  # at most 256 KiB

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lease", "history", "number"], name="one_segment_per_number")]

    def __str__(self) -> str:
        return f"Segment {self.number} of the {'history' if self.history else 'state'} of {self.lease}"


def current_leases(**names: str) -> models.QuerySet[Lease]:
    """Returns the leases on the streams that the names lead to now; only of an application or a stream if named."""
    return Lease.objects.filter(current=True, **names)


class Member(models.Model):
    """Records a worker that is alive, with or without leases: the leases are divided among the members."""

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    owner = models.CharField(max_length=128)
    expires = models.DateTimeField()
    skew = models.BigIntegerField(null=True)  # milliseconds that the stream's time is ahead of the database's clock

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "stream", "owner"], name="one_seat_per_worker")]


def living_members(**names: Any) -> models.QuerySet[Member]:
    """Returns the workers that live by the database's clock, as workers see one another."""
    return Member.objects.filter(lasting("expires", LEASE), **names)


class DeadLetter(models.Model):
    """Keeps a record that could not be applied, whole, with the reason."""

    class Status(models.TextChoices):
        KEPT = "kept"
        REPLAY = "replay"  # asked for; the worker that covers its key applies it
        APPLIED = "applied"
        DISCARDED = "discarded"

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=64)
    sequence = models.CharField(max_length=64)
    partition_key = models.CharField(max_length=256)
    key_bytes = models.BinaryField(null=True)  # the key as it was, where partition_key had to be escaped
    arrived = models.DateTimeField()
    data = models.BinaryField()
    whole_size = models.BigIntegerField(null=True)  # bytes that the record had, where data is only their beginning
    error = models.TextField()
    kind = models.CharField(max_length=120, default="", blank=True)  # of the error: streams.core.error_kinds.kind_of
    attempts = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.KEPT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stream", "shard", "sequence"], name="one_dead_letter_per_record"
            )
        ]
        indexes = [
            models.Index(fields=["application", "stream", "status"]),
            models.Index(fields=["application", "stream", "kind", "status"], name="letters_by_kind"),
        ]


class Throughput(models.Model):
    """Counts the records and bytes that arrived in one second, as one application applied them."""

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    shard = models.CharField(max_length=64)
    second = models.DateTimeField()
    records = models.BigIntegerField()
    size = models.BigIntegerField()  # bytes

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stream", "shard", "second"], name="one_throughput_per_second"
            )
        ]
        indexes = [models.Index(fields=["application", "second"])]


class TopicVersion(models.Model):
    """Counts the transactions that change the data of a topic."""

    topic = models.CharField(max_length=200, primary_key=True)  # of streams.core.topics
    version = models.BigIntegerField(default=0)


class Audit(models.Model):
    """Records the change that a person or a command made to records, in the transaction that makes it."""

    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=150)
    action = models.CharField(max_length=16)
    target = models.CharField(max_length=200)  # in words
    count = models.IntegerField()  # records

    def __str__(self) -> str:
        return f"{self.at} {self.who}: {self.action} {self.target} ({self.count})"
