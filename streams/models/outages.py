"""When an application did not get on with a stream, as its workers told afterwards."""

from django.db import models


class Outage(models.Model):
    """Stores a time of minutes in which an application had no worker on a stream, or none that got on."""

    ABSENT, STUCK = "absent", "stuck"

    application = models.CharField(max_length=64)
    stream = models.CharField(max_length=128)
    kind = models.CharField(max_length=8)
    start = models.DateTimeField()
    end = models.DateTimeField()  # of one that lasts, so far

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "stream", "start"], name="one_outage_per_start"),
        ]
        indexes = [
            models.Index(fields=["stream", "end"], name="outages_of_stream"),
            models.Index(fields=["end"], name="outages_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.application} on {self.stream} from {self.start}"
