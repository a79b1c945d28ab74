"""Builds the topic `probes` of docs/protocol.md: how each probe stands, and its last hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from applications.probes import links
from applications.probes.models import PROBES, ProbeMinute, ProbeNow
from dashboard.progress import own_time
from streams.core.clock import iso
from streams.models.readers import progress_of

SHOWN = 60  # probes, those that are down first
BEATS = 60  # minutes
MINUTE = timedelta(minutes=1)
ORDER = {"down": 0, "unknown": 1, "up": 2}
_decode = msgspec.json.Decoder(list[dict[str, Any]]).decode


def probes(now: datetime, stream: str = PROBES) -> dict[str, Any]:
    """Builds the probes that a page shows at most, and how many there are by state."""
    at = progress_of(PROBES, stream)
    found = sorted(
        ProbeNow.objects.filter(stream=stream).defer("places"), key=lambda row: (ORDER[row.state], row.probe)
    )
    whole = ProbeNow.objects.in_bulk([row.pk for row in found[:SHOWN]])
    shown = [whole[row.pk] for row in found[:SHOWN] if row.pk in whole]
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "watermark": iso(at.watermark),
        "total": len(found),
        "down": sum(row.state == "down" for row in found),
        "probes": rows(stream, shown, own_time(PROBES, stream, now)),
    }


def rows(stream: str, found: Sequence[ProbeNow], now: datetime) -> list[dict[str, Any]]:
    """Returns PROBE of docs/protocol.md for each row, in this order."""
    hour = beats(stream, [row.probe for row in found], now)
    return [_row(row, hour[row.probe], stream) for row in found]


def beats(stream: str, names: Sequence[str], now: datetime) -> dict[str, list[list[int]]]:
    """Returns [checks, failed] of each of the last BEATS minutes by probe, the oldest first, the open one last."""
    end = now.replace(second=0, microsecond=0)
    start = end - (BEATS - 1) * MINUTE
    found = {name: [[0, 0] for _ in range(BEATS)] for name in names}
    minutes = ProbeMinute.objects.filter(stream=stream, probe__in=names, minute__gte=start, minute__lte=end)
    for probe, minute, checks, failed in minutes.values_list("probe", "minute", "checks", "failed"):
        beat = found[probe][(minute - start) // MINUTE]
        beat[0] += checks
        beat[1] += failed
    return found


def places_of(row: ProbeNow) -> list[dict[str, Any]]:
    """Returns the places of a probe, as results.PlaceRow has them."""
    return _decode(row.places)


def _row(row: ProbeNow, hour: list[list[int]], stream: str) -> dict[str, Any]:
    places = places_of(row)
    passed = [place["total"] for place in places if place["reports"] and place["ok"]]
    return {
        "probe": row.probe,
        "url": links.to_probe(row.probe, stream),
        "state": row.state,
        "since": iso(row.since),
        "checked": iso(row.checked),
        "milliseconds": round(max(passed), 1) if passed else None,
        "reporting": sum(place["reports"] for place in places),
        "down_at": [place["place"] for place in places if place["reports"] and place["down"]],
        "error": next((place["error"] for place in places if place["reports"] and not place["ok"]), ""),
        "beats": hour,
    }
