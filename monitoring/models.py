"""Rows that processes write about themselves, for the process that answers Prometheus."""

from django.db import models


class Counter(models.Model):
    """A counter over all processes, ever. Each adds its counts every ten seconds and when it ends."""

    name = models.CharField(max_length=64)
    labels = models.CharField(max_length=250)  # JSON of an object, its keys sorted
    value = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_total_per_name_and_labels")]
        db_table = "watching_total"  # its name before; processes of the release before still use it during an upgrade


class Heartbeat(models.Model):
    """A heartbeat of a live process, with a figure that only it knows, as of `at`."""

    # Of streams.coordination.process_identity; "readyz" for the row that shows that writing works.
    process = models.CharField(max_length=128)
    name = models.CharField(max_length=64)
    value = models.FloatField(default=0)
    at = models.DateTimeField()  # by the database's clock

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "name"], name="one_beat_per_process_and_name")]
        db_table = "watching_beat"  # as above
