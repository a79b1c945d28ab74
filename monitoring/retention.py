"""Chooses rows of ended processes for removal by login/janitor.py."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from common.lasting import over
from monitoring.models import Counter, Heartbeat

SILENT = timedelta(days=1)  # a live process writes a heartbeat every ten seconds

NOT_GROWING: dict[type[Model], str] = {Counter: "as many as names and labels in the code"}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the rows that have been kept long enough, by model."""
    return {Heartbeat: Heartbeat.objects.filter(over("at", 2 * SILENT, now - SILENT))}
