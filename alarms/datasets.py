"""Declares datasets of episodes for boards: one for each application that has a rule, `APPLICATION/episodes`."""

from functools import partial
from typing import Any

from django.db.models import CharField, Q, QuerySet, TextField
from django.db.models.functions import Cast

from alarms import showing
from alarms.models import Episode, Rule
from dashboard.datasets import ROWS, Table, dataset, own
from streams.core import clock
from streams.declarations import Column, Dataset, Found, Question

COLUMNS = [
    Column(name="name", kind="text", label="Alarm"),
    Column(name="rule", kind="text", label="Rule"),
    Column(name="key", kind="text", label="Key"),
    Column(name="severity", kind="text", label="Severity"),
    Column(name="level", kind="number", label="Level"),
    Column(name="peak", kind="number", label="Peak"),
    Column(name="suppressed", kind="number", label="Held back"),
    Column(name="ended", kind="time", label="Ended"),
]


def datasets() -> list[Dataset]:
    """Returns the dataset of each application with a rule, by name."""
    names = Rule.objects.order_by("application").values_list("application", flat=True).distinct()
    return [_dataset(name) for name in names]


def _dataset(application: str) -> Dataset:
    columns: dict[str, Any] = own("key", "severity", "level", "peak", "suppressed", "ended")
    columns["rule"] = Cast("rule__name", CharField())
    columns["name"] = Cast("rule__title", TextField())
    return dataset(
        Table(rows_of=partial(_rows, application), time="started", columns=columns),
        COLUMNS,
        name=f"{application}/episodes",
        title=f"Alarms of rules on {application}",
        application=application,
        episodes=True,
        rows=partial(_episodes, application),
    )


def _rows(application: str, stream: str) -> QuerySet[Episode]:
    return Episode.objects.filter(rule__application=application, stream=stream)


def _episodes(application: str, asked: Question) -> Found:
    """Answers with the episodes that were open in the time, the latest first."""
    found = _rows(application, asked.stream).filter(started__lt=clock.to_datetime(asked.end))
    found = found.filter(Q(ended=None) | Q(ended__gte=clock.to_datetime(asked.start)))
    fields = {"rule": "rule__name", "name": "rule__title"}
    for column, wanted in asked.where.items():
        found = found.filter(**{f"{fields.get(column, column)}__in": list(wanted)})
    most = min(asked.most, ROWS)
    taken = list(found.select_related("rule").order_by("-started", "-pk")[: most + 1])
    return Found([(clock.from_datetime(each.started), _row(each)) for each in taken[:most]], len(taken) > most)


def _row(episode: Episode) -> dict[str, Any]:
    """Returns an episode with the names that panels of alarms read."""
    shown = showing.row(episode)
    name = f"{shown['title']} · {shown['key']}" if shown["key"] else shown["title"]
    return (
        shown
        | {"name": name, "alarm_url": shown["url"], "threshold": shown["level"]}
        | {"suppressed": episode.suppressed}
    )
