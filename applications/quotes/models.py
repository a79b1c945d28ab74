"""Stores daily bars of prices, the companies behind them, the days that providers were asked for, and bars of streams.

Prices are in the currency of the exchange, per share, as the provider gave them.
"""

from typing import Self

from django.db import models

QUOTES = "quotes"  # the application's name
MOST_TICKER = 16  # characters, of ASCII
MOST_COMPANY = 128  # characters of its name
MOST_EXCHANGE = 32


class Prices(models.Model):
    """Holds the prices of one ticker on one day. `adj_close` is the close, corrected for splits and dividends."""

    ticker = models.CharField(max_length=MOST_TICKER)
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    adj_close = models.FloatField()  # equals the close where the provider gives none

    class Meta:
        abstract = True


class Bar(Prices):
    """Stores one day of one ticker. `quotes fetch` and `quotes import` write it, and nothing removes it."""

    day = models.DateField()  # of the exchange, as the provider names it
    volume = models.BigIntegerField(null=True)  # shares; none for an index or a currency
    source = models.CharField(max_length=16)  # stooq, yahoo, or file

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticker", "day"], name="one_bar_per_ticker_and_day")]


class Company(models.Model):
    """Stores the company behind a ticker. Each ticker with bars has a row; the name is "" until a provider tells it."""

    ticker = models.CharField(max_length=MOST_TICKER, unique=True)
    name = models.CharField(max_length=MOST_COMPANY, blank=True)
    folded = models.CharField(max_length=MOST_COMPANY, db_index=True, blank=True)  # the name, for searches in any case
    exchange = models.CharField(max_length=MOST_EXCHANGE, blank=True)

    def __str__(self) -> str:
        return self.ticker

    @classmethod
    def of(cls, ticker: str, name: str = "", exchange: str = "") -> Self:
        """Returns a row for the ticker, not yet saved."""
        name = name[:MOST_COMPANY]
        return cls(ticker=ticker, name=name, folded=name.casefold()[:MOST_COMPANY], exchange=exchange[:MOST_EXCHANGE])


class CoveredRange(models.Model):
    """Stores days of a ticker that a provider was asked for: each of them has its bar, or the provider has none."""

    provider = models.CharField(max_length=16)
    ticker = models.CharField(max_length=MOST_TICKER)
    first = models.DateField()
    last = models.DateField()  # inclusive

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "ticker", "first"], name="one_range_per_provider_ticker_first")
        ]


class StreamedBar(Prices):
    """Stores the newest bar of one ticker and day that arrived on a stream. `consume quotes` writes it."""

    stream = models.CharField(max_length=128)
    day = models.DateTimeField()  # its midnight in UTC: charts over time draw moments
    arrived = models.DateTimeField()  # of the record
    sequence = models.CharField(max_length=64)  # of the record, zero-padded

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "ticker", "day"], name="one_bar_per_stream_ticker_day")
        ]
        indexes = [
            models.Index(fields=["stream", "arrived"], name="streamed_bars_by_arrival"),
            models.Index(fields=["stream", "day"], name="streamed_bars_by_day"),
        ]
