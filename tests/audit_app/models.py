"""Defines the table of the steps that workers committed."""

from django.db import models


class Step(models.Model):
    """Stores one commit of a worker, in its transaction; the keys grow in the order of a shard's commits."""

    shard = models.CharField(max_length=64)
    counter = models.BigIntegerField()  # the lease's, which fences
    checkpoint = models.TextField()
    applied = models.TextField()  # JSON: a list of [sequence, partition key, id]

    class Meta:
        app_label = "audit"
