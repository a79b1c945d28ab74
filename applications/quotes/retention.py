"""Sets how long rows of quotes are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from applications.quotes.models import QUOTES, Bar, Company, CoveredRange, StreamedBar
from common.retention import kept_since
from streams.operations.retention import closed, not_ahead


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns the bars of streams that arrived before RETENTION_RESULTS; those that people asked for stay."""
    since = kept_since(not_ahead(now), settings.RETENTION_RESULTS)
    return {
        Bar: Bar.objects.none(),  # about 250 a year for each ticker that operators ask for
        Company: Company.objects.none(),  # as many as tickers with bars
        CoveredRange: CoveredRange.objects.none(),  # neighbours become one: a few for each ticker
        StreamedBar: StreamedBar.objects.filter(closed(StreamedBar, QUOTES, "arrived", since)),
    }
