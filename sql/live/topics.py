"""Builds the topics of SQL applications: `sql:NAME` and `sql-curves:NAME`. docs/protocol.md describes the fields."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Length

from sql.live import curves
from sql.live.encoding import COLUMNS
from sql.live.faults import NO_ROWS
from sql.live.models import NEWEST, SqlApplication, SqlDelivery, SqlFault, SqlOutbox, SqlOutput, SqlSwitch, SqlTail
from streams.core import clock
from streams.core.clock import MINUTE, iso
from streams.models import Lease, StateSegment, Throughput
from streams.models.leases import current_leases
from streams.models.readers import progress_of

FAULTS, SWITCHES = 20, 10  # on a page
RATE = timedelta(seconds=10)


def many(names: Sequence[str], now: datetime, stream: str) -> dict[str, dict[str, Any]]:
    """Builds `sql:NAME` of each application that is deployed."""
    return {each.name: state(each, now, stream) for each in SqlApplication.objects.filter(name__in=names)}


def one(name: str, now: datetime, stream: str) -> dict[str, Any]:
    """Builds `sql:NAME`; with version 0 for an application that is not deployed any more."""
    return many([name], now, stream).get(name) or state(SqlApplication(name=name), now, stream)


def many_curves(names: Sequence[str], now: datetime, stream: str) -> dict[str, dict[str, Any]]:
    """Builds `sql-curves:NAME` of each application that is deployed."""
    found = SqlApplication.objects.filter(name__in=names)
    return {each.name: {"now": iso(now), "curves": curves.of(each, stream)} for each in found}


def one_curves(name: str, now: datetime, stream: str) -> dict[str, Any]:
    """Builds `sql-curves:NAME`."""
    return many_curves([name], now, stream).get(name) or {"now": iso(now), "curves": []}


def state(application: SqlApplication, now: datetime, stream: str) -> dict[str, Any]:
    """Builds the snapshot of an application on one stream."""
    at = progress_of(application.name, stream)
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "watermark": iso(at.watermark),
        "name": application.name,
        "version": application.active,
        "rate": _rate(application.name, stream, at.watermark),
        "state_bytes": _state_bytes(application.name, stream),
        "outputs": _outputs(application, stream, at.watermark),
        "faults": _faults(application, stream),
        "fault_rows": _fault_rows(application, stream),
        "deliveries": _deliveries(application),
        "switches": _switches(application, stream),
    }


def _rate(name: str, stream: str, watermark: datetime | None) -> float | None:
    """Returns the records of a second: the mean of the last 10 s that are applied; None if that is not known."""
    if watermark is None:
        return None
    end = watermark.replace(microsecond=0)
    seconds = Throughput.objects.filter(application=name, stream=stream, second__gte=end - RATE, second__lt=end)
    return (seconds.aggregate(records=Sum("records"))["records"] or 0) / RATE.total_seconds()


def _state_bytes(name: str, stream: str) -> int:
    """Returns the bytes that the leases' states take in the database."""
    leases = current_leases(application=name, stream=stream)
    heads = Lease.objects.filter(pk__in=leases.values("pk")).aggregate(size=Sum(Length("state")))["size"] or 0
    segments = StateSegment.objects.filter(lease__in=leases.values("pk")).aggregate(size=Sum(Length("data")))["size"]
    return int(heads) + int(segments or 0)


def _outputs(application: SqlApplication, stream: str, watermark: datetime | None) -> list[dict[str, Any]]:
    found = SqlOutput.objects.filter(application=application.pk, current=True).order_by("-stored", "pk")
    tails: dict[int, list[SqlTail]] = {}
    for tail in SqlTail.objects.filter(output__in=found, stream=stream):
        tails.setdefault(tail.output_id, []).append(tail)
    return [_output(each, tails.get(each.pk, []), watermark) for each in found]


def _output(output: SqlOutput, tails: Sequence[SqlTail], watermark: datetime | None) -> dict[str, Any]:
    columns = output.columns[:COLUMNS]
    newest = sorted(chain.from_iterable(json.loads(tail.newest) for tail in tails), key=lambda row: row[0])[-NEWEST:]
    return {
        "name": output.name,
        "stored": output.stored,
        "view": output.view,
        "columns": columns,
        "count": sum(tail.count for tail in tails),
        "minute": _last_minute(tails, watermark),
        "rows": [
            {"rowtime": clock.to_iso(time), "values": [row.get(name) for name, _ in columns]}
            for time, row in reversed(newest)
        ],
    }


def _last_minute(tails: Sequence[SqlTail], watermark: datetime | None) -> int:
    """Returns the rows of the last whole minute of row time."""
    if watermark is None:
        return 0
    start = clock.from_datetime(watermark) // MINUTE * MINUTE - MINUTE
    return sum(dict(json.loads(tail.minutes)).get(start, 0) for tail in tails)


def _faults(application: SqlApplication, stream: str) -> list[dict[str, Any]]:
    """Returns the reasons by which pumps could not use rows, the latest first; each over all leases."""
    reasons: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in SqlFault.objects.filter(application=application.pk, stream=stream).order_by("-last")[: 5 * FAULTS]:
        key = (each.pump, each.kind, each.column, each.line, each.expression)
        if key in reasons:
            reasons[key]["count"] += each.count
        elif len(reasons) < FAULTS:
            reasons[key] = {
                **{name: getattr(each, name) for name in ("pump", "kind", "column", "line", "expression", "count")},
                "first": iso(each.first),
                "last": iso(each.last),
                "sentence": each.sentence,
                "value": each.value,
            }
    return list(reasons.values())


def _fault_rows(application: SqlApplication, stream: str) -> int:
    found = SqlFault.objects.filter(application=application.pk, stream=stream).exclude(kind__in=NO_ROWS)
    return found.aggregate(rows=Sum("count"))["rows"] or 0


def _deliveries(application: SqlApplication) -> list[dict[str, Any]]:
    """Returns how far the rows for other streams are, by stream."""
    waiting = dict(
        SqlOutbox.objects.filter(application=application.pk).order_by("to").values_list("to").annotate(Sum("count"))
    )
    known = {each.to: each for each in SqlDelivery.objects.filter(application=application.pk)}
    return [
        {
            "to": to,
            "waiting": waiting.get(to, 0),
            "delivered": known[to].delivered if to in known else 0,
            "trouble": known[to].trouble if to in known else "",
        }
        for to in sorted({*waiting, *known})
    ]


def _switches(application: SqlApplication, stream: str) -> list[dict[str, Any]]:
    found = SqlSwitch.objects.filter(application=application.pk, stream=stream).order_by("-pk")[:SWITCHES]
    names = ("version", "before", "shard", "sequence")
    return [{name: getattr(each, name) for name in names} | {"arrived": iso(each.arrived)} for each in found]
