"""Shows the probes page: which are down, their last hour or longer, uptime and percentiles; and one probe."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.probes import showing, topics
from applications.probes.models import PROBES, Probe, ProbeEpisode, ProbeNow
from applications.probes.results import Tally
from common.text import storable
from dashboard import download
from dashboard import links as dashboard_links
from dashboard.choosing import Chosen, choose
from dashboard.download import time_columns
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.progress import own_time
from dashboard.topics import PULSE
from streams.core.clock import iso

PROBES_SHOWN = 24  # on a page
EPISODES = 50
MOST_EPISODES = 100_000  # in a CSV
PARTS = {"lookup": "look-up", "connect": "connect", "tls": "TLS", "first_byte": "first byte", "total": "whole"}
COLUMNS = ("time_utc", "epoch_ms", "probe", "ended", "duration_s", "ending", "places", "failed", "reason")


@require_safe
def probes(request: HttpRequest) -> HttpResponse:
    """Shows the probes of ?stream= over ?range=, one of showing.RANGES; ?probe= shows one of them in detail."""
    on, asked = choose(request, PROBES), request.GET.get("probe") or ""
    range_ = request.GET.get("range", showing.USUAL)
    range_ = range_ if range_ in showing.RANGES else showing.USUAL
    topic = on.topic("probes")
    snapshots = live_snapshots.take([topic, PULSE], timezone.now())
    data = snapshots[topic]["data"]
    found = ProbeNow.objects.filter(stream=on.stream).order_by("probe")
    if asked:
        found = found.filter(probe=storable(asked))
        if not found.exists():
            raise Http404("There is no probe of that name.")
    page = Paginator(found, PROBES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "on": on,
        "topic": topic,
        "data": data,
        "snapshots": snapshots,
        "asked": asked,
        "range": range_,
        "ranges": [(each, _address(on, asked, each)) for each in showing.RANGES],
        "page": page,
        "cards": _cards(on, list(page), range_),
        "episodes": _episodes(on.stream, asked)[:EPISODES],
        "configured": _configured(request),
        **signals(data, on, snapshots, shown=bool(data["probes"])),
    }
    return render(request, "probes/probes.html", context)


@token_allowed("read:dashboards")
@require_safe
def down_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Streams the times in which probes of ?stream= were down, or with ?probe= those of one."""
    on, asked = choose(request, PROBES), request.GET.get("probe") or ""
    name = f"{download.slug(asked or 'probes', 'probe')}_down_{on.in_names}{download.stamp(timezone.now())}.csv"
    return download.respond(name, COLUMNS, _rows(on.stream, asked))


def _cards(on: Chosen, found: list[ProbeNow], range_: str) -> list[dict[str, Any]]:
    """Returns the probes of a page, those that are down first, with their figures."""
    now, names = own_time(PROBES, on.stream, timezone.now()), [row.probe for row in found]
    figures, uptimes = showing.figures(on.stream, names, range_, now), showing.uptimes(on.stream, names, now)
    cards = [
        card
        | {
            "figures": figures[row.probe],
            "uptimes": uptimes[row.probe],
            "expires": iso(row.expires),
            "days_left": _days(row, now),
            "label": showing.label(figures[row.probe].bars),
            "by_place": _by_place(figures[row.probe], topics.places_of(row)),
        }
        for row, card in zip(found, topics.rows(on.stream, found, now), strict=True)
    ]
    return sorted(cards, key=lambda card: topics.ORDER[card["state"]])


def _by_place(figures: showing.Figures, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the table of a probe's places: those that checked within the range, and those that report now."""
    newest = {place["place"]: place for place in places}
    tallies = {place: (tally, shares) for place, tally, shares in figures.by_place}
    rows = []
    for name in sorted(newest.keys() | tallies.keys()):
        tally, shares = tallies.get(name, (Tally(), {"p95": None}))
        passed = tally.checks - tally.failed
        means = [(name, getattr(tally, part) / passed if passed else None) for part, name in PARTS.items()]
        row = {"place": name, "newest": _newest(newest.get(name)), "checks": tally.checks, "failed": tally.failed}
        rows.append(row | {"means": means, "p95": shares["p95"]})
    return rows


def _newest(place: dict[str, Any] | None) -> str:
    """Returns the newest check of a place in words."""
    if place is None or not place["reports"]:
        return "silent"
    if place["ok"]:
        return f"{place['status']}, {place['total']:,.0f} ms"
    return str(place["error"]) or "failed"


def _days(row: ProbeNow, now: datetime) -> int | None:
    return (row.expires - now).days if row.expires else None


def _configured(request: HttpRequest) -> list[Probe]:
    """Returns the list that operators edit; nobody else sees addresses."""
    return list(Probe.objects.order_by("name")) if request.user.is_staff else []


def _address(on: Chosen, probe: str, range_: str) -> str:
    names = dashboard_links.stream_parameters(on.default, on.stream) | ({"probe": probe} if probe else {})
    return dashboard_links.asking("probes", **names, **({} if range_ == showing.USUAL else {"range": range_}))


def _episodes(stream: str, probe: str) -> Any:
    found = ProbeEpisode.objects.filter(stream=stream).order_by("-started", "-pk")
    return found.filter(probe=storable(probe)) if probe else found


def _rows(stream: str, probe: str) -> Iterator[Iterable[Any]]:
    for each in _episodes(stream, probe)[:MOST_EPISODES].iterator():
        seconds = round((each.ended - each.started).total_seconds(), 3) if each.ended else None
        own = (each.ending, each.places, each.failed, each.reason)
        yield *time_columns(iso(each.started) or ""), each.probe, iso(each.ended), seconds, *own
