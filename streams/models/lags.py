"""How far behind an application was on a stream, minute by minute."""

from django.db import models


class LagMinute(models.Model):
    """Notes once a minute how far an application is on a stream. A minute without a row had no worker.

    `lag` is the age of the watermark, in seconds of the stream's own time; None while a shard was never read.
    """

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    minute = models.DateTimeField()
    watermark = models.DateTimeField(null=True)  # every record that arrived before it was applied
    lag = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "stream", "minute"], name="one_lag_per_minute"),
        ]
        indexes = [
            models.Index(fields=["stream", "minute"], name="lag_of_stream"),
            models.Index(fields=["minute"], name="lag_by_age"),
        ]
