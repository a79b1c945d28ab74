"""Builds the state of the list of streams: every stream of the service, read by an application or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard import clock_note, links
from dashboard.operators import state
from dashboard.operators.readers import readers
from streams import api
from streams.core import clock
from streams.core.clock import iso
from streams.core.facts import Facts
from streams.core.sampling import Sample
from streams.models import Audit, current_leases

NAMED = 6  # fields of a stream that the list names
MOST_GONE = 50  # streams that the service does not have, or cannot be asked about, but that have readers
GONE, NOT_KNOWN, NOT_TOLD = "gone", "not known", "not told"


def overview(now: datetime, having: str = "") -> dict[str, Any]:
    """Returns a row for each stream with `having` in its name, its readers, and the newest acts of people."""
    found = api.overview.listed(having)
    gone = [] if found.total > len(found.streams) else _gone(found.streams, having)
    samples = api.overview.samples(found.streams)
    reading = readers([*found.streams, *gone], api.count_waiting)
    untold = "" if found.trouble else GONE
    rows = [row(facts, samples.get(facts.name)) for facts in found.streams]
    rows += [row(facts, None) | {"untold": untold or NOT_KNOWN} for facts in gone]
    return {
        "now": iso(now),
        "clock_note": clock_note.note(),
        "trouble": found.trouble,
        "total": found.total + len(gone),
        "streams": [each | {"readers": reading.get(each["stream"], [])} for each in rows],
        "audit": [state.audit(each) for each in Audit.objects.order_by("-pk")[: state.AUDITS]],
    }


def _gone(streams: Sequence[Facts], having: str) -> list[Facts]:
    """Returns streams that only their readers' leases know of: they were deleted, or the service does not answer."""
    known = {facts.name for facts in streams}
    names = current_leases().order_by("stream").values_list("stream", flat=True).distinct()
    left = [name for name in names if name not in known and having.lower() in name.lower()]
    return [Facts(name, clock.now()) for name in left[:MOST_GONE]]


def row(facts: Facts, sample: Sample | None) -> dict[str, Any]:
    """Returns the figures of one stream. None: the service does not tell it. Rates are per second."""
    newest = facts.newest or None
    return {
        "stream": facts.name,
        "url": links.to_stream(facts.name),
        "records_url": links.to_records(facts.name),
        "newest": iso(clock.to_datetime(newest)) if newest else None,
        "age": max(0.0, (facts.now - newest) / clock.SECOND) if newest else None,
        "untold": "" if facts.last else NOT_TOLD,
        "rate": facts.last and round(facts.last.records / 60, 1),
        "bytes": facts.last and round(facts.last.size / 60, 1),
        "records": facts.records,
        "open": facts.open_shards,
        "closed": facts.closed_shards,
        "fields": in_short(sample),
    }


def in_short(sample: Sample | None) -> str:
    """Returns the names of the first fields; for other records than JSON, their kind; "" if nothing is known."""
    if sample is None or not sample.read:
        return ""
    if not sample.fields:
        kinds = {
            "JSON without fields": sample.json,
            "text": sample.text,
            "binary": sample.binary,
            "large": sample.large,
        }
        return " and ".join(kind for kind, count in kinds.items() if count)
    more = len(sample.fields) - NAMED
    names = ", ".join(field.name for field in sample.fields[:NAMED])
    return f"{names} and {more}{'+' if sample.more else ''} more" if more > 0 else names
