"""The table of results."""

from django.db import models

from streams.core.names import MOST_NAME

NAME = "readings"  # the application's


class DeviceMinute(models.Model):
    """The readings of one device in one minute of one stream."""

    stream = models.CharField(max_length=128)
    minute = models.DateTimeField()
    device = models.CharField(max_length=MOST_NAME)
    readings = models.BigIntegerField()
    total = models.FloatField()  # °C, the sum of the readings

    class Meta:
        app_label = NAME
        constraints = [models.UniqueConstraint(fields=["stream", "minute", "device"], name="one_row_per_device_minute")]

    @property
    def mean(self) -> float:
        return round(self.total / self.readings, 2)
