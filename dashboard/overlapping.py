"""Answers the questions of datasets of episodes, which have a beginning and an end: `started` and `ended`."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from dashboard.datasets import ROWS
from streams.core import clock
from streams.declarations import Found, Question


def overlapping(found: QuerySet[Any], asked: Question, row: Callable[[Any], dict[str, Any]]) -> Found:
    """Answers with the episodes that were open in the time asked for, the latest first; `row` has their columns."""
    found = found.filter(started__lt=clock.to_datetime(asked.end))
    found = found.filter(Q(ended=None) | Q(ended__gte=clock.to_datetime(asked.start))).order_by("-started", "-pk")
    for column, wanted in asked.where.items():
        found = found.filter(**{f"{column}__in": list(wanted)})
    most = min(asked.most, ROWS)
    taken = list(found[: most + 1])
    return Found([(clock.from_datetime(each.started), row(each)) for each in taken[:most]], len(taken) > most)
