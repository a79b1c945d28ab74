"""Shows the public status page: the probes that operators put on it, without addresses unless they said so, or reasons.

The setting PROBES_STATUS_PAGE turns it on. Anyone may ask, so its figures are computed at most every AGAIN seconds.
"""

import time
from datetime import timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications.probes import showing
from applications.probes.models import PROBES, Probe, ProbeEpisode, ProbeNow
from dashboard.progress import own_time
from streams.models.readers import default_stream, progress_of, streams_of

AGAIN = 10.0  # seconds
SHOWN = 100  # probes
EPISODES = 20
FRESH = timedelta(minutes=2)  # age of the watermark up to which states are believed
SINCE = timedelta(days=14)  # of the times in which probes were down

_lock = Lock()
_kept: tuple[float, dict[str, Any]] | None = None


@require_safe
@login_not_required
def status(request: HttpRequest) -> HttpResponse:
    """Shows how the public probes stand. Raises Http404 while the page is off."""
    if not settings.PROBES_STATUS_PAGE:
        raise Http404("the status page is off")
    return render(request, "probes/status.html", _content())


def _content() -> dict[str, Any]:
    global _kept
    with _lock:
        now = time.monotonic()
        if _kept is None or now - _kept[0] >= AGAIN:
            _kept = now, content()
        return _kept[1]


def forget() -> None:
    """Drops the figures that are kept, for tests."""
    global _kept
    _kept = None


def content() -> dict[str, Any]:
    """Returns the context of the page."""
    now, stream = timezone.now(), default_stream(PROBES, streams_of(PROBES))
    public = list(Probe.objects.filter(public=True, active=True).order_by("name")[:SHOWN])
    names = [probe.name for probe in public]
    watermark = progress_of(PROBES, stream).watermark
    fresh = watermark is not None and own_time(PROBES, stream, now) - watermark < FRESH
    found = ProbeNow.objects.filter(stream=stream, probe__in=names) if fresh else ProbeNow.objects.none()
    states = dict(found.values_list("probe", "state"))
    figures, uptimes = showing.figures(stream, names, "90d", now), showing.uptimes(stream, names, now)
    rows = [
        {
            "name": probe.name,
            "address": probe.address if probe.shows_address else "",
            "state": states.get(probe.name, "unknown"),
            "bars": figures[probe.name].bars,
            "label": showing.label(figures[probe.name].bars),
            "uptime": uptimes[probe.name][-1][1],
        }
        for probe in public
    ]
    episodes = ProbeEpisode.objects.filter(Q(ended=None) | Q(ended__gt=now - SINCE), stream=stream, probe__in=names)
    return {
        "rows": rows,
        "down": sum(row["state"] == "down" for row in rows),
        "unknown": sum(row["state"] == "unknown" for row in rows),
        "episodes": list(episodes.order_by("-started")[:EPISODES]),
        "made": now,
    }
