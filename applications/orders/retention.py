"""Sets how long rows of orders are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from applications.orders import rollups
from applications.orders.models import (
    DEFAULT_THRESHOLD,
    ORDERS,
    AlarmEpisode,
    Notification,
    OrderBox,
    OrderLine,
    Site,
    SiteCount,
    SiteSecond,
    SiteStep,
    ThresholdChange,
)
from common.retention import NEVER, kept_since
from streams.operations.retention import closed, not_ahead


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns the rows past their settings; no row of a site with a changed threshold or an open alarm."""
    own = not_ahead(now)
    days = (settings.RETENTION_RATES, settings.RETENTION_RESULTS, settings.RETENTION_ALARMS, settings.RETENTION_AUDIT)
    rates, results, alarms, audit = (kept_since(own, each) for each in days)
    steps = max(NEVER, min(rates, kept_since(own, settings.RETENTION_STEPS)))
    plain = Site.objects.filter(threshold=DEFAULT_THRESHOLD)  # a user set other thresholds, and may rely on them
    quiet_since = kept_since(now, settings.RETENTION_SITES)
    return {
        SiteSecond: SiteSecond.objects.filter(
            closed(SiteSecond, ORDERS, "second", rates), site__in=Site.objects.values("name")
        ),
        SiteStep: SiteStep.objects.filter(
            closed(SiteStep, ORDERS, "start", steps)
            | closed(SiteStep, ORDERS, "start", rates) & Q(step=rollups.STEPS[0])
        ),
        SiteCount: SiteCount.objects.filter(
            Q(newest__lt=results)
            | Q(_quiet("site"), Exists(plain.filter(name=OuterRef("site"))), newest__lt=quiet_since),
            lines=0,
        ),
        # After its count, which has the time of the last line.
        Site: plain.filter(_quiet("name"), ~Exists(SiteCount.objects.filter(site=OuterRef("name"))))
        if quiet_since > NEVER
        else Site.objects.none(),
        AlarmEpisode: AlarmEpisode.objects.filter(ended__lt=alarms),
        Notification: Notification.objects.filter(at__lt=alarms),
        OrderLine: OrderLine.objects.filter(
            closed(OrderLine, ORDERS, "at", kept_since(own, settings.RETENTION_ORDER_LINES))
        ),
        OrderBox: OrderBox.objects.none(),  # bounded by outbox.MOST; delivery removes them
        ThresholdChange: ThresholdChange.objects.filter(at__lt=audit),
    }


def _quiet(site: str) -> Q:
    """Returns the condition that a site has neither stored seconds nor an open alarm on any stream.

    `site` is the field with its name.
    """
    rows = [SiteSecond.objects.all(), AlarmEpisode.objects.filter(ended=None)]
    second, alarm = (~Exists(found.filter(site=OuterRef(site))) for found in rows)
    return Q(second) & Q(alarm)
