"""Sets how long rows of the market are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from applications.market.models import TRADES, Ticker, TradeMinute, TradeStep
from common.retention import kept_since
from streams.operations.retention import closed, not_ahead


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns closed minutes past RETENTION_RESULTS, and tickers without minutes."""
    since = kept_since(not_ahead(now), settings.RETENTION_RESULTS)
    minutes = TradeMinute.objects.filter(stream=OuterRef("stream"), ticker=OuterRef("name"))
    return {
        TradeMinute: TradeMinute.objects.filter(closed(TradeMinute, TRADES, "minute", since)),
        TradeStep: TradeStep.objects.filter(closed(TradeStep, TRADES, "start", since)),
        Ticker: Ticker.objects.filter(~Exists(minutes)),
    }
