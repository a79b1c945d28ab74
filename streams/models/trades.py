"""What is kept of trades."""

from django.db import models

from streams.topics import TRADES


class TradeMinute(models.Model):
    """The trades of one ticker and side that arrived in one minute of one stream, in absolute values."""

    stream = models.CharField(max_length=128, default=TRADES)
    minute = models.DateTimeField()
    ticker = models.CharField(max_length=16)
    side = models.CharField(max_length=4)  # BUY, SELL
    trades = models.BigIntegerField()
    shares = models.BigIntegerField()
    cents = models.BigIntegerField()  # price × quantity, each trade rounded to a cent, so that sums are exact
    low = models.FloatField()
    high = models.FloatField()
    first = models.FloatField()
    last = models.FloatField()
    largest = models.BigIntegerField()  # shares in the largest single order
    reached = models.CharField(max_length=64)  # sequence number of the last trade, zero-padded: ties go to the first

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "minute", "ticker", "side"], name="one_row_per_minute_and_side")
        ]
        indexes = [models.Index(fields=["stream", "ticker", "minute"])]
