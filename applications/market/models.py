"""Stores the results of trades."""

from typing import Self

from django.db import models

from streams.core.names import MOST_NAME, folded

TRADES = "trades"  # the application's name


class Ticker(models.Model):
    """Stores a ticker that has traded on a stream. Created at its first trade, so that searches skip the minutes."""

    stream = models.CharField(max_length=128, default=TRADES)
    name = models.CharField(max_length=MOST_NAME)
    folded = models.CharField(max_length=MOST_NAME, db_index=True)  # names.folded(name)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "name"], name="one_ticker_per_stream_and_name")]
        indexes = [models.Index(fields=["stream", "folded"], name="tickers_by_folded_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, name: str, stream: str = TRADES) -> Self:
        """Returns a row for the ticker on a stream, not yet saved."""
        return cls(stream=stream, name=name, folded=folded(name))


class TradeMinute(models.Model):
    """Stores the trades of one ticker and side that arrived in one minute of one stream, in absolute values."""

    stream = models.CharField(max_length=128, default=TRADES)
    minute = models.DateTimeField()
    ticker = models.CharField(max_length=MOST_NAME)
    side = models.CharField(max_length=4)  # BUY, SELL
    trades = models.BigIntegerField()
    shares = models.BigIntegerField()
    cents = models.BigIntegerField()  # price × quantity, each trade rounded to a cent, so that sums are exact
    low = models.FloatField()
    high = models.FloatField()
    first = models.FloatField()
    last = models.FloatField()
    largest = models.BigIntegerField()  # shares in the largest single order
    # Sequence number of the last trade, zero-padded: ties go to the first.
    last_sequence = models.CharField(max_length=64, db_column="reached")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "minute", "ticker", "side"], name="one_row_per_minute_and_side")
        ]
        indexes = [models.Index(fields=["stream", "ticker", "minute"])]


class TradeStep(models.Model):
    """Stores the trades of one ticker over a longer step than a minute; with the ticker "" those of all tickers.

    The rows of all tickers exist for single minutes, too, and have no prices. applications/market/rollups.py builds it.
    """

    stream = models.CharField(max_length=128)
    step = models.PositiveIntegerField()  # seconds
    start = models.DateTimeField()
    ticker = models.CharField(max_length=MOST_NAME)
    bought = models.BigIntegerField()  # trades
    sold = models.BigIntegerField()
    bought_shares = models.BigIntegerField()
    sold_shares = models.BigIntegerField()
    # The value in cents, in two parts, since that of all tickers may take more than 64 bits.
    billions = models.BigIntegerField()  # of 10⁹ cents
    cents = models.BigIntegerField()  # the rest
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    first = models.FloatField(null=True)
    last = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "step", "ticker", "start"], name="one_row_per_step_and_ticker")
        ]
        indexes = [models.Index(fields=["stream", "step", "start"], name="trade_steps_by_time")]
