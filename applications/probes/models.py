"""Stores probes, how they stand, their checks by minute and longer, and the times in which they were down."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from streams.core.names import MOST_NAME

PROBES = "probes"  # the application's name
MOST_PLACE = 64


class Probe(models.Model):
    """Stores an address that operators want checked. `produce probes` reads these rows without --file."""

    name = models.CharField(max_length=100, unique=True)
    address = models.CharField(max_length=2000)
    interval = models.PositiveIntegerField(default=60)  # seconds
    timeout = models.PositiveIntegerField(default=10)  # seconds
    status = models.CharField(max_length=100, default="200-299")
    text = models.CharField(max_length=200, blank=True)  # that the answer holds
    failures = models.PositiveSmallIntegerField(default=2)  # of the last `checks` checks: then a place says down
    checks = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(20)])
    quorum = models.PositiveSmallIntegerField(default=0)  # places that must say down; 0 stands for more than half
    public = models.BooleanField(default=False)  # on the status page
    shows_address = models.BooleanField(default=False)  # on the status page
    active = models.BooleanField(default=True)
    who = models.CharField(max_length=150)  # the operator that changed the probe last
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ProbeNow(models.Model):
    """Stores how a probe stands on one stream."""

    stream = models.CharField(max_length=128)
    probe = models.CharField(max_length=MOST_NAME)
    state = models.CharField(max_length=10)  # up, down, unknown
    since = models.DateTimeField()
    checked = models.DateTimeField()
    expires = models.DateTimeField(null=True)  # the first certificate to end
    places = models.TextField()  # JSON: PlaceRow of each place

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "probe"], name="one_row_per_stream_and_probe")]


class Counted(models.Model):
    """Holds the fields of added-up checks: durations in milliseconds, of those that passed."""

    probe = models.CharField(max_length=MOST_NAME)
    place = models.CharField(max_length=MOST_PLACE)
    checks = models.BigIntegerField()
    failed = models.BigIntegerField()
    total = models.FloatField()
    lookup = models.FloatField()
    connect = models.FloatField()
    tls = models.FloatField()
    first_byte = models.FloatField()
    longest = models.FloatField()
    histogram = models.TextField()  # JSON: checks by bucket, as in results.bucket

    class Meta:
        abstract = True


class ProbeMinute(Counted):
    """Stores the checks of one probe and place that arrived in one minute of one stream, in absolute values."""

    stream = models.CharField(max_length=128)
    minute = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "minute", "probe", "place"], name="one_row_per_probe_minute_place"
            )
        ]
        indexes = [models.Index(fields=["stream", "probe", "minute"], name="probe_minutes_by_probe")]


class ProbeStep(Counted):
    """Stores the same for a longer step; applications/probes/rollups.py builds it."""

    stream = models.CharField(max_length=128)
    step = models.PositiveIntegerField()  # seconds
    start = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "step", "probe", "start", "place"], name="one_row_per_probe_step_place"
            )
        ]
        indexes = [models.Index(fields=["stream", "step", "start"], name="probe_steps_by_time")]


class ProbeEpisode(models.Model):
    """Stores a time in which a probe was down."""

    stream = models.CharField(max_length=128)
    probe = models.CharField(max_length=MOST_NAME)
    name = models.CharField(max_length=80)
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)  # null while it is down
    ending = models.CharField(max_length=10, blank=True)  # up, or silent
    places = models.CharField(max_length=1400)  # names, with commas
    failed = models.BigIntegerField()  # checks
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "probe", "name"], name="one_probe_episode_per_record")]
        indexes = [
            models.Index(fields=["stream", "-started"], name="probe_episodes_by_time"),
            models.Index(fields=["ended"], name="probe_episodes_by_end"),
        ]
