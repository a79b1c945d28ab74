"""What is kept of orders: shops, their order rate, their alarms."""

from django.core.validators import MinValueValidator
from django.db import models

from streams.names import MOST_NAME

DEFAULT_THRESHOLD = 30  # order lines in 15 s


class Site(models.Model):
    """A shop. Made when its first order line is seen."""

    name = models.CharField(max_length=MOST_NAME, unique=True)
    threshold = models.PositiveIntegerField(default=DEFAULT_THRESHOLD, validators=[MinValueValidator(1)], db_index=True)

    def __str__(self) -> str:
        return self.name


class SiteCount(models.Model):
    """How many order lines a site's sliding window holds, as of the shard's clock."""

    site = models.CharField(max_length=MOST_NAME, unique=True)
    lines = models.BigIntegerField()
    as_of = models.DateTimeField()
    newest = models.DateTimeField()  # arrival of the site's newest line


class SiteSecond(models.Model):
    """One second of a site: the lines that arrived in it, and the most that the sliding window held at any of them."""

    site = models.CharField(max_length=MOST_NAME)
    second = models.DateTimeField()
    lines = models.BigIntegerField()
    peak = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "second"], name="one_row_per_site_second")]


class AlarmEpisode(models.Model):
    """From the line at which the sliding count reached the threshold until it fell below."""

    site = models.CharField(max_length=MOST_NAME)
    started = models.DateTimeField()
    sequence = models.CharField(max_length=64)  # of the line that raised it, zero-padded
    ended = models.DateTimeField(null=True)  # null while open
    threshold = models.PositiveIntegerField()
    peak = models.BigIntegerField()  # lines in the window
    lines = models.BigIntegerField()  # lines that arrived while the count was at or above the threshold
    notifications = models.BigIntegerField()
    suppressed = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "sequence"], name="one_episode_per_site_and_first_line")]
        indexes = [models.Index(fields=["-started"]), models.Index(fields=["ended"])]


class Notification(models.Model):
    """One notification that an alarm called for: at most one per site and 60 s."""

    site = models.CharField(max_length=MOST_NAME)
    at = models.DateTimeField()
    sequence = models.CharField(max_length=64)  # of the line that called for it; with site, the idempotency key
    lines = models.BigIntegerField()  # the count then
    threshold = models.PositiveIntegerField()
    suppressed_before = models.BigIntegerField()  # calls that were held back since the one before

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "sequence"], name="one_notification_per_site_and_line")]
        indexes = [models.Index(fields=["-at"])]
