"""Shows the alarms of orders: the list of all, for pages, spreadsheets and scripts, and each by itself."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.orders import alarm as alarm_page
from applications.orders import links, queries
from applications.orders.models import ORDERS, AlarmEpisode
from applications.orders.topics import episode
from applications.orders.views import no_site
from common.text import storable
from dashboard import download, periods
from dashboard import links as dashboard_links
from dashboard.choosing import Chosen, choose
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.periods import Period
from dashboard.topics import PULSE
from streams.core import clock

ALARMS = 50  # rows on a page of the list
EVER = "400d"  # the time that the list shows: all that is kept
MOST_ALARMS = 5000  # in one answer as JSON


@require_safe
def alarms(request: HttpRequest) -> HttpResponse:
    """Lists every alarm of ?stream=, the latest first; ?site=, ?range=, ?from= and ?to= narrow the list."""
    on = choose(request, ORDERS)
    asked = {name: request.GET.get(name, "").strip() for name in ("from", "to")} | {"site": request.GET.get("site", "")}
    period = periods.read(request, timezone.now(), EVER)
    context: dict[str, Any] = {"asked": asked, "on": on, "period": period, "whole": period.usual}
    bounds, error = _bounds(request, period)
    if error:
        return render(request, "orders/alarms.html", context | {"error": error}, status=400)
    page = Paginator(queries.alarms(on.stream, asked["site"] or None, *bounds), ALARMS).get_page(
        request.GET.get("page")
    )
    narrowed = "" if period.usual else period.query
    names = dashboard_links.stream_parameters(on.default, on.stream) | {
        name: value for name, value in asked.items() if value
    }
    query = "&".join(filter(None, [narrowed, urlencode(names)]))
    context["urls"] = {view: f"{reverse(f'alarms-{view}')}?{query}".removesuffix("?") for view in ("csv", "json")}
    context |= {"page": page, "rows": [episode(found) for found in page]}
    return render(request, "orders/alarms.html", context)


@require_safe
def alarm(request: HttpRequest, number: int) -> HttpResponse:
    """Shows one alarm with the curve around it, and to staff the link to the records that raised it."""
    found = get_object_or_404(AlarmEpisode, pk=number)
    shown = alarm_page.alarm(found, timezone.now())
    context = {
        "alarm": shown,
        "orders_url": links.to_sites(stream=found.stream),
        "alarms_url": links.to_alarms(stream=found.stream),
        "site_alarms_url": links.to_alarms(found.site, found.stream),
        "elsewhere": found.stream != ORDERS,
        "spans": alarm_page.spans(shown["curve"]),
        "records_url": alarm_page.records_url(found) if request.user.is_staff else "",
        **({} if found.ended else _following(found)),
    }
    return render(request, "orders/alarm.html", context)


@token_allowed("read:dashboards")
@require_safe
def alarms_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams every alarm of ?stream=, or with ?site= those of one site; ?range= has those that were open in it."""
    on, site = choose(request, ORDERS), request.GET.get("site") or None
    if site and not queries.site_exists(site, on.stream):
        return no_site(request, on, site)
    period = periods.read(request, timezone.now(), EVER)
    bounds, error = _bounds(request, period)
    if error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    of_time = download.stamp(timezone.now()) if period.usual else period.in_names
    name = f"{download.slug(site or 'orders', 'site')}_alarms_{on.in_names}{of_time}.csv"
    return download.respond(name, queries.ALARM_COLUMNS, queries.alarm_rows(site, on.stream, *bounds))


@token_allowed("read:dashboards")
@require_safe
def alarms_json(request: HttpRequest) -> HttpResponse:
    """Answers the latest alarms of the same parameters, at most MOST_ALARMS; `more` says that there are others."""
    on, period = choose(request, ORDERS), periods.read(request, timezone.now(), EVER)
    bounds, error = _bounds(request, period)
    if error:
        return JsonResponse({"error": error}, status=400)
    site = storable(request.GET.get("site", "")) or None
    found = list(queries.alarms(on.stream, site, *bounds)[: MOST_ALARMS + 1])
    rows = [episode(alarm) for alarm in found[:MOST_ALARMS]]
    return JsonResponse({"alarms": rows, "more": len(found) > MOST_ALARMS})


def _following(found: AlarmEpisode) -> dict[str, Any]:
    """Returns the context for an open alarm's live updates: its site's topics, and the state of their stream."""
    on = Chosen(ORDERS, found.stream, ORDERS, [])
    topic, history = (on.topic(f"{kind}:{found.site}") for kind in ("site", "site-history"))
    snapshots = live_snapshots.take([topic, PULSE], timezone.now())
    data = snapshots[topic]["data"]
    context = {"topic": topic, "history_topic": history, "snapshots": snapshots, "on": on}
    return context | {
        "newest": data["newest"],
        "watermark": data["watermark"],
        **signals(data, on, snapshots, shown=True),
    }


Bounds = tuple[datetime | None, datetime | None]


def _bounds(request: HttpRequest, period: Period) -> tuple[Bounds, str]:
    """Returns the times of ?range=, else of ?from= and ?to=, None for no bound, and a sentence about wrong ones."""
    if not period.usual:
        return (clock.to_datetime(period.span.start), clock.to_datetime(period.span.end)), period.error
    try:
        since, until = (_time(request.GET.get(name, "").strip()) for name in ("from", "to"))
    except (ValueError, OverflowError):
        return (None, None), "Give a time such as 2026-11-22T14:00:00Z."
    return (since, until), period.error


def _time(text: str) -> datetime | None:
    """Parses a time. Raises ValueError for other text."""
    return clock.to_datetime(clock.from_iso(text)) if text else None
