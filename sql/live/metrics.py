"""Counts rows, faults and waiting rows for the exporter."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum

from sql.live.faults import NO_ROWS
from sql.live.models import SqlFault, SqlOutbox, SqlTail
from streams.applications import Figure


def figures() -> Iterator[Figure]:
    """Yields the metrics of all SQL applications."""
    rows = _sums(SqlTail.objects.all(), "output__application__name", "output__name")
    words = "Rows that an application wrote to an in-application stream."
    yield Figure(name="millrace_sql_rows", help=words, labels=("application", "stream"), values=rows, counter=True)
    faults = _sums(SqlFault.objects.exclude(kind__in=NO_ROWS), "application__name", "pump")
    words = "Rows that a pump could not use."
    yield Figure(name="millrace_sql_faults", help=words, labels=("application", "pump"), values=faults, counter=True)
    waiting = _sums(SqlOutbox.objects.all(), "application__name", "to")
    words = "Rows that wait for their way into another stream."
    yield Figure(name="millrace_sql_waiting", help=words, labels=("application", "stream"), values=waiting)


def _sums(found: QuerySet[Any], *names: str) -> list[tuple[tuple[str, ...], float]]:
    """Returns the sum of `count` for each pair of names."""
    return [
        ((application, name), float(total))
        for application, name, total in found.order_by(*names).values_list(*names).annotate(total=Sum("count"))
    ]
