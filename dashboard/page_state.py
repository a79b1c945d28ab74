"""Judges for a page how its stream stands, from the snapshots that the page embeds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboard import topics as dashboard_topics
from dashboard.choosing import Chosen, choose
from dashboard.live.service import snapshots as live_snapshots
from dashboard.standing import judge
from streams.core import clock


def live_page(request: HttpRequest, application: str, topic: str, template: str, results: str) -> HttpResponse:
    """Answers the page of one topic, on the stream that the request chooses. Raises Http404 for an unknown stream.

    The template gets the snapshot as `data`, and the names that dashboard/_page.html and the notices need. The page is
    empty while no record was read and the list `data[results]` has no items.
    """
    chosen = choose(request, application)
    name = chosen.topic(topic)
    snapshots = live_snapshots.take([name, dashboard_topics.PULSE], timezone.now())
    data = snapshots[name]["data"]
    context = {"on": chosen, "topic": name, "data": data, "snapshots": snapshots}
    return render(request, template, context | signals(data, chosen, snapshots, shown=bool(data[results])))


def signals(data: dict[str, Any], on: Chosen, snapshots: dict[str, Any], *, shown: bool) -> dict[str, Any]:
    """Returns how the stream stands; `age` of the newest record in seconds, or None if it is unknown.

    `data` is the page's snapshot, and `snapshots` hold the one of the topic `pulse`. `shown` says that the page has
    results to show, so that it is not empty even if no lease knows of a record. `elsewhere` is a sentence while the
    figures are of the other backend, and `clock_note` one while a clock is off, else "".
    """
    newest, watermark = (data[name] and clock.from_iso(data[name]) for name in ("newest", "watermark"))
    pulse = snapshots[dashboard_topics.PULSE]["data"]
    now = clock.from_iso(data["now"])
    ahead = pulse["ahead"].get(on.application, {}).get(on.stream, 0)
    alive = pulse["workers"].get(on.application, {}).get(on.stream, 0)
    drained = on.stream in pulse["drained"].get(on.application, [])
    elsewhere = pulse["elsewhere"].get(on.application, {}).get(on.stream, "")
    standing = judge(newest, watermark, alive, now, ahead=ahead, drained=drained, elsewhere=bool(elsewhere))
    return {
        "standing": standing,
        "age": None if standing.age is None else standing.age / 1000,
        "elsewhere": elsewhere,
        "clock_note": pulse["clock_note"],
        "empty": newest is None and not shown,
    }
