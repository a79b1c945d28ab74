"""Lists applications and their versions, for commands and pages."""

from typing import Any

from django.db.models import Count, Max, Q, Sum

from sql.live.faults import NO_ROWS
from sql.live.models import SqlApplication
from streams.core import clock


def applications() -> list[dict[str, Any]]:
    """Returns a row for each application, by name."""
    found = SqlApplication.objects.order_by("name")
    totals = {
        each["pk"]: each
        for each in SqlApplication.objects.values("pk").annotate(
            rows=Sum("outputs__tails__count"), newest=Max("outputs__tails__rowtime")
        )
    }
    rows = Sum("faults__count", filter=~Q(faults__kind__in=NO_ROWS))
    faults = dict(SqlApplication.objects.values_list("pk").annotate(rows=rows))
    versions = dict(SqlApplication.objects.values_list("pk").annotate(Count("versions")))
    return [
        {
            "name": each.name,
            "stream": each.stream,
            "lease": "each shard" if each.parallel else "whole stream",
            "version": each.active,
            "versions": versions[each.pk],
            "rows": totals[each.pk]["rows"] or 0,
            "newest": clock.iso(totals[each.pk]["newest"]),
            "faults": faults[each.pk] or 0,
        }
        for each in found
    ]


def versions(application: SqlApplication) -> list[dict[str, Any]]:
    """Returns a row for each version, the latest first."""
    return [
        {
            "version": each.number,
            "runs": each.number == application.active,
            "created": clock.iso(each.created),
            "author": each.author,
            "note": each.note,
            "digest": each.digest[:12],
        }
        for each in application.versions.order_by("-number")
    ]
