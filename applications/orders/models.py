"""Stores the results of orders: shops, their order rate, their alarms, and the order lines themselves."""

from django.core.validators import MinValueValidator
from django.db import models

from streams.core.names import MOST_NAME

ORDERS = "orders"  # the application's name
DEFAULT_THRESHOLD = 30  # order lines in 15 s


class Site(models.Model):
    """Stores a shop, on any streams. Created at its first order line."""

    name = models.CharField(max_length=MOST_NAME, unique=True)
    threshold = models.PositiveIntegerField(default=DEFAULT_THRESHOLD, validators=[MinValueValidator(1)], db_index=True)

    def __str__(self) -> str:
        return self.name


class ThresholdChange(models.Model):
    """Stores one change of a site's threshold, so that a chart can show the threshold of any time."""

    site = models.CharField(max_length=MOST_NAME)
    at = models.DateTimeField()
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    who = models.CharField(max_length=150)

    class Meta:
        indexes = [models.Index(fields=["site", "at"])]


class SiteCount(models.Model):
    """Stores how many order lines a site's sliding window holds on one stream, as of the shard's clock."""

    stream = models.CharField(max_length=128, default=ORDERS)
    site = models.CharField(max_length=MOST_NAME)
    lines = models.BigIntegerField()
    as_of = models.DateTimeField()
    newest = models.DateTimeField()  # arrival of the site's newest line

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "site"], name="one_count_per_stream_and_site")]
        indexes = [models.Index(fields=["site"])]


class SiteSecond(models.Model):
    """Stores one second of a site on one stream: its lines, and the highest count of the sliding window in it."""

    stream = models.CharField(max_length=128, default=ORDERS)
    site = models.CharField(max_length=MOST_NAME)
    second = models.DateTimeField()
    lines = models.BigIntegerField()
    peak = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "site", "second"], name="one_row_per_site_second")]


class SiteStep(models.Model):
    """Stores the same for a longer step; applications/orders/rollups.py builds it."""

    stream = models.CharField(max_length=128)
    step = models.PositiveIntegerField()  # seconds
    start = models.DateTimeField()
    site = models.CharField(max_length=MOST_NAME)
    lines = models.BigIntegerField()
    peak = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "step", "site", "start"], name="one_row_per_step_and_site")
        ]
        indexes = [models.Index(fields=["stream", "step", "start"], name="site_steps_by_time")]


class AlarmEpisode(models.Model):
    """Stores the time from a site's sliding count on one stream reaching the threshold until it fell below."""

    stream = models.CharField(max_length=128, default=ORDERS)
    site = models.CharField(max_length=MOST_NAME)
    started = models.DateTimeField()
    sequence = models.CharField(max_length=64)  # sequence number of the line that raised it, zero-padded
    ended = models.DateTimeField(null=True)  # null while open
    threshold = models.PositiveIntegerField()
    peak = models.BigIntegerField()  # lines in the window
    lines = models.BigIntegerField()  # lines that arrived while the count was at or above the threshold
    notifications = models.BigIntegerField()
    suppressed = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "site", "sequence"], name="one_episode_per_site_and_first_line")
        ]
        indexes = [models.Index(fields=["stream", "-started"]), models.Index(fields=["ended"])]


class Notification(models.Model):
    """Stores one notification of an alarm: at most one per stream, site and 60 s."""

    stream = models.CharField(max_length=128, default=ORDERS)
    site = models.CharField(max_length=MOST_NAME)
    at = models.DateTimeField()
    sequence = models.CharField(
        max_length=64
    )  # sequence number of the line that called for it; unique with stream and site
    lines = models.BigIntegerField()  # the count at that line
    threshold = models.PositiveIntegerField()
    suppressed_before = models.BigIntegerField()  # calls that were held back since the one before

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "site", "sequence"], name="one_notification_per_site_and_line")
        ]
        indexes = [models.Index(fields=["-at"])]


class OrderLine(models.Model):
    """Stores one order line as it arrived. Its line number is the place of its record: arrival and sequence number.

    The usual key, customer and invoice and stock code, names 2.5 % of the lines of the Online Retail data twice, and a
    quarter of them have no customer.
    """

    stream = models.CharField(max_length=128)
    at = models.DateTimeField()  # arrival of the record
    sequence = models.CharField(max_length=64)  # of the record, not padded
    site = models.CharField(max_length=MOST_NAME)
    customer = models.CharField(max_length=MOST_NAME, blank=True)  # "" for a line without one
    invoice = models.CharField(max_length=MOST_NAME)
    stock_code = models.CharField(max_length=MOST_NAME)
    description = models.CharField(max_length=1000, blank=True)
    quantity = models.BigIntegerField()
    unit_price = models.FloatField()
    invoice_date = models.CharField(max_length=1000)  # as the shop wrote it
    country = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "at", "sequence"], name="one_order_line_per_record")]
        indexes = [
            models.Index(fields=["stream", "customer", "at"], name="order_lines_by_customer"),
            models.Index(fields=["stream", "invoice", "at"], name="order_lines_by_invoice"),
            models.Index(fields=["stream", "stock_code", "at"], name="order_lines_by_stock_code"),
            models.Index(fields=["stream", "site", "at"], name="order_lines_by_site"),
        ]


class OrderBox(models.Model):
    """Stores order lines that wait for their way into DynamoDB, in the transaction of the commit that counted them."""

    stream = models.CharField(max_length=128)
    key = models.CharField(max_length=64, unique=True)  # digest of the stream and of the lines' places
    items = models.BinaryField()  # MessagePack: the items of the table
    count = models.PositiveIntegerField()
    owner = models.CharField(max_length=32, blank=True)  # the process that delivers the box
    until = models.DateTimeField()  # from this time on another process may take the box

    class Meta:
        indexes = [models.Index(fields=["stream", "until"], name="order_boxes_by_time")]
