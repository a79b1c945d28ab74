"""Answers the list of episodes: the open ones live, then those of the past, for pages and as CSV."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from alarms import showing
from alarms.models import Episode, Rule
from alarms.pages.narrowing import EVER, asked_of, query
from dashboard import download, periods
from dashboard.live.service import snapshots as live_snapshots
from dashboard.periods import Period
from dashboard.topics import PULSE
from streams.core import clock

ROWS = 50  # on a page of the past
STATES = {"open": "open", "unacknowledged": "open, not acknowledged", "ended": "ended"}
NAMES = ("q", "rule", "key", "severity", "state")


@require_safe
def episodes(request: HttpRequest) -> HttpResponse:
    """Lists the open episodes, then those that have ended; the parameters NAMES and ?range= narrow both."""
    period = periods.read(request, timezone.now(), EVER)
    asked = _asked(request)
    narrows = any(asked.values()) or not period.usual
    page = Paginator(_ended(asked, period), ROWS).get_page(request.GET.get("page"))
    found = [] if asked["state"] == "ended" else list(narrowed(showing.is_open(), asked)[: showing.SHOWN])
    context: dict[str, Any] = {
        "asked": asked,
        "narrows": narrows,
        "period": period,
        "whole": period.usual,
        "open": showing.rows(found),
        "more": showing.bell()["open"] - len(found) if not any(asked.values()) else 0,
        "page": page,
        "past": showing.rows(page),
        "rules": Rule.objects.order_by("title").values_list("name", "title")[:500],
        "severities": showing.SEVERITIES,
        "states": STATES,
        "csv_url": f"{reverse('episodes-csv')}?{query(asked, period)}".removesuffix("?"),
        "any": page.paginator.count or found or Episode.objects.exists(),
    }
    context["snapshots"] = live_snapshots.take(["alarms", PULSE], timezone.now())
    return render(request, "alarms/episodes.html", context, status=400 if period.error else 200)


@token_allowed("read:dashboards")
@require_safe
def episodes_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams the episodes of the same parameters, the latest first, whether they have ended or not."""
    period, asked = periods.read(request, timezone.now(), EVER), _asked(request)
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    found = _within(narrowed(Episode.objects.select_related("rule"), asked), period).order_by("-started", "-pk")
    of_time = download.stamp(timezone.now()) if period.usual else period.in_names
    rows = map(showing.csv_row, found.iterator(1000))
    return download.respond(f"alarms_{of_time}.csv", showing.CSV_COLUMNS, rows)


def _asked(request: HttpRequest) -> dict[str, str]:
    return asked_of(request, NAMES, severity=showing.SEVERITIES, state=STATES)


def narrowed(found: QuerySet[Episode], asked: dict[str, str]) -> QuerySet[Episode]:
    """Returns the episodes that fit the filters."""
    if text := asked["q"]:
        fields = ("rule__title", "rule__name", "key", "note", "acknowledged_by", "stream")
        fits = Q()
        for field in fields:
            fits |= Q(**{f"{field}__icontains": text})
        found = found.filter(fits)
    exact = {"rule__name": asked["rule"], "key": asked["key"], "severity": asked["severity"]}
    found = found.filter(**{field: value for field, value in exact.items() if value})
    if asked["state"] == "ended":
        return found.exclude(ended=None)
    if asked["state"] == "unacknowledged":
        found = found.filter(acknowledged=None)
    return found.filter(ended=None) if asked["state"] else found


def _ended(asked: dict[str, str], period: Period) -> QuerySet[Episode]:
    found = Episode.objects.exclude(ended=None).select_related("rule").order_by("-started", "-pk")
    if asked["state"] in ("open", "unacknowledged"):
        return found.none()
    return _within(narrowed(found, asked), period)


def _within(found: QuerySet[Episode], period: Period) -> QuerySet[Episode]:
    """Returns those that were open in the time that the page shows."""
    if period.usual:
        return found
    since, until = clock.to_datetime(period.span.start), clock.to_datetime(period.span.end)
    return found.filter(started__lt=until).filter(Q(ended=None) | Q(ended__gte=since))
