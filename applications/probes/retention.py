"""Sets how long rows of probes are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from applications.probes.models import PROBES, Probe, ProbeEpisode, ProbeMinute, ProbeNow, ProbeStep
from common.retention import kept_since
from streams.operations.retention import closed, not_ahead


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns minutes past RETENTION_RATES, longer steps past RETENTION_RESULTS, and the rest by its own settings."""
    own = not_ahead(now)
    days = (settings.RETENTION_RATES, settings.RETENTION_RESULTS, settings.RETENTION_ALARMS)
    rates, results, alarms = (kept_since(own, each) for each in days)
    return {
        Probe: Probe.objects.none(),  # as many as operators make
        ProbeNow: ProbeNow.objects.filter(checked__lt=results),
        ProbeMinute: ProbeMinute.objects.filter(closed(ProbeMinute, PROBES, "minute", rates)),
        ProbeStep: ProbeStep.objects.filter(closed(ProbeStep, PROBES, "start", results)),
        ProbeEpisode: ProbeEpisode.objects.filter(ended__lt=alarms),
    }
