"""Provides the SQL applications that are deployed to all code that works with applications by name."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from common.later import later
from common.retention import kept_since
from sql.live.models import (
    SqlApplication,
    SqlBlob,
    SqlDelivery,
    SqlDraft,
    SqlFault,
    SqlOutbox,
    SqlOutput,
    SqlRow,
    SqlSwitch,
    SqlTail,
    SqlUse,
    SqlVersion,
)
from streams.applications import Application, Navigation, Provider, Topic
from streams.operations.retention import not_ahead


def find(name: str) -> Application | None:
    """Returns the application of that name; None if none is deployed under it."""
    deployed = SqlApplication.objects.filter(name=name, active__gt=0)
    found = deployed.values_list("pk", "stream", "parallel").first()
    if found is None:
        return None
    from sql.live.running import declared  # noqa: PLC0415 - the engine takes longer to import than a command to start

    return declared(name, *found)


def names() -> list[str]:
    """Returns the names of the applications that are deployed."""
    return list(SqlApplication.objects.filter(active__gt=0).order_by("name").values_list("name", flat=True))


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns the rows, the faults and the switches that have been kept long enough."""
    own = not_ahead(now)
    since = kept_since(own, settings.RETENTION_SQL)
    outputs = list(SqlOutput.objects.values_list("pk", flat=True))  # by which the index of rows begins
    return {
        SqlRow: SqlRow.objects.filter(output__in=outputs, rowtime__lt=since),
        SqlFault: SqlFault.objects.filter(last__lt=since),
        SqlSwitch: SqlSwitch.objects.filter(at__lt=kept_since(own, settings.RETENTION_AUDIT)),
    }


NOT_GROWING: dict[type[Model], str] = {
    SqlApplication: "as many as are deployed",
    SqlVersion: "as many as are deployed; they go with their application",
    SqlBlob: "as many as the versions have different files",
    SqlOutput: "as many as scripts have streams",
    SqlTail: "one for each output and lease",
    SqlOutbox: "bounded by backlog.py; delivery removes them",
    SqlDraft: "drafts.DRAFTS for each person",
    SqlUse: "one for each person who ran a script",
    SqlDelivery: "one for each stream that an application writes to",
}
PROVIDER = Provider(
    find=find,
    names=names,
    datasets=later("sql.live.datasets:datasets"),
    topics={
        "sql": Topic(build=later("sql.live.topics:one"), many=later("sql.live.topics:many")),
        "sql-curves": Topic(
            build=later("sql.live.topics:one_curves"),
            many=later("sql.live.topics:many_curves"),
            every=timedelta(seconds=2),
        ),
    },
    retention=outlived,
    figures=later("sql.live.metrics:figures"),
    not_growing=NOT_GROWING,
    urls="sql.live.urls",
    navigation=Navigation(
        label="SQL",
        url="sql",
        key="q",
        help="go to the SQL applications",
        about="What your own scripts compute of the streams",
        within=frozenset({"sql-application", "sql-new", "sql-edit", "sql-panel"}),
    ),
)
