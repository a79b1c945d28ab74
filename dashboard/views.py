"""The pages: complete as HTML, with the snapshots they show embedded so that scripts can keep them current."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.bearer import token_allowed
from dashboard import download, pages, queries
from dashboard.pages import clocks
from streams import clock
from streams.models import Site
from streams.models.progress import seconds_since

TIMES = ("now", "newest", "clock")  # of a snapshot
SILENCE = 10.0  # seconds after which a stream counts as quiet, or its worker as silent


class ThresholdForm(forms.Form):
    """A site's threshold, in order lines."""

    threshold = forms.IntegerField(
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "required": "Give a number of order lines.",
            "invalid": "Give the threshold as a whole number, such as 30.",
            "min_value": "A threshold is at least 1 order line in 15 s.",
            "max_value": "A threshold is at most 1,000,000 order lines in 15 s.",
        },
    )

    def __init__(self, site: Site, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"threshold": site.threshold}, auto_id=f"{site.pk}-%s")
        self.site = site
        self.error_id = f"{site.pk}-error"
        self.fields["threshold"].widget.attrs |= {"inputmode": "numeric", "aria-describedby": self.error_id}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("market")


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    snapshots = _snapshots(["market", "market-history"], timezone.now())
    context = {"market": snapshots["market"]["data"], "history": snapshots["market-history"]["data"]}
    context |= {"snapshots": snapshots, **_signals(context["market"])}
    return render(request, "dashboard/market.html", context)


@require_safe
def ticker(request: HttpRequest, symbol: str) -> HttpResponse:
    topic = f"ticker:{symbol}"
    if pages.find(topic) is None or not queries.has_traded(symbol):
        return _no_ticker(request, symbol, status=404)
    snapshots = _snapshots([topic], timezone.now())
    data = snapshots[topic]["data"]
    context = {"symbol": symbol, "ticker": data, "snapshots": snapshots, **_signals(data)}
    return render(request, "dashboard/ticker.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The page of the ticker asked for, or the ones that it may have meant."""
    symbol = request.GET.get("q", "").strip().upper()
    if not symbol:
        return redirect("market")
    if pages.find(f"ticker:{symbol}") and queries.has_traded(symbol):
        return redirect("ticker", symbol)
    return _no_ticker(request, symbol, status=200)


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    return _orders(request, {})


@require_POST
def threshold(request: HttpRequest) -> HttpResponse:
    """Staff set a site's threshold; what they typed comes back with the reason when it will not do."""
    if not request.user.is_staff:
        raise PermissionDenied("Only staff may set thresholds.")
    name = request.POST.get("site", "").replace("\0", "�")  # PostgreSQL keeps no NUL, and so no such site
    site = Site.objects.filter(name=name).first()
    if site is None:
        return _no_site(request, name)
    form = ThresholdForm(site, request.POST)
    if not form.is_valid():
        return _orders(request, {site.name: form}, status=422)
    site.threshold = form.cleaned_data["threshold"]
    site.save(update_fields=["threshold"])
    messages.success(request, f"{site.name} now raises an alarm at {site.threshold} order lines in 15 s.")
    return redirect("orders")


@token_allowed("read:dashboards")
@require_safe
def market_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The minutes of the last hour: the market's, or with ?ticker= one ticker's."""
    now, symbol = timezone.now(), request.GET.get("ticker", "").upper()
    if not symbol:
        name = f"market_minutes_{download.stamp(now)}_1m.csv"
        return download.respond(name, queries.MINUTE_COLUMNS, queries.minute_rows(now))
    if pages.find(f"ticker:{symbol}") is None or not queries.has_traded(symbol):
        return _no_ticker(request, symbol, status=404)
    name = f"{symbol.lower()}_minutes_{download.stamp(now)}_1m.csv"
    return download.respond(name, queries.TICKER_COLUMNS, queries.ticker_rows(symbol, now))


@token_allowed("read:dashboards")
@require_safe
def alarms_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Every alarm, or with ?site= every one of a site."""
    site = request.GET.get("site") or None
    if site and not Site.objects.filter(name=site).exists():
        return _no_site(request, site)
    name = f"{download.slug(site or 'orders')}_alarms_{download.stamp(timezone.now())}.csv"
    return download.respond(name, queries.ALARM_COLUMNS, queries.alarm_rows(site))


def _orders(request: HttpRequest, bound: dict[str, ThresholdForm], status: int = 200) -> HttpResponse:
    sites = {site.name: site for site in Site.objects.order_by("name")}
    chosen = request.GET.get("site") or None
    if chosen and chosen not in sites:
        return _no_site(request, chosen)
    snapshots = _snapshots(["orders", "orders-history"], timezone.now())
    data = snapshots["orders"]["data"]
    context = {
        "orders": data,
        "chosen": chosen,
        "sites": [site for site in data["sites"] if chosen in (None, site["site"])],
        "alarms": [alarm for alarm in data["alarms"] if chosen in (None, alarm["site"])],
        "names": list(sites),
        "spans": queries.count_spans(snapshots["orders-history"]["data"]["sites"], chosen),
        "forms": [bound.get(site.name) or ThresholdForm(site) for site in sites.values()]
        if request.user.is_staff
        else [],
        "snapshots": snapshots,
        **_signals(data),
    }
    return render(request, "dashboard/orders.html", context, status=status)


def _snapshots(topics: list[str], now: datetime) -> dict[str, Any]:
    """{topic: {"version", "data"}}. The version is read first, so that it never promises more than the data holds."""
    found = {topic: page for topic in topics if (page := pages.find(topic))}
    return {
        topic: {"version": queries.version(page.version_topic), "data": page.build(now)}
        for topic, page in found.items()
    }


def _signals(data: dict[str, Any]) -> dict[str, Any]:
    """Whether the stream is empty, quiet, or its worker silent; `age` of the newest record in seconds.

    The age is None where there is no record, or where its stamp is in the future: then a clock is wrong.
    """
    now, newest, reached = (clock.to_datetime(clock.from_iso(data[name])) if data[name] else None for name in TIMES)
    assert now
    age, lag = seconds_since(newest, now), seconds_since(reached, now)
    return {
        "age": age,
        "clock_note": clocks.note(now),
        "empty": newest is None and not data.get("sites") and not data.get("minutes") and not data.get("closed"),
        "quiet": age is not None and age > SILENCE,
        "silent": lag is not None and lag > SILENCE,
    }


def _no_ticker(request: HttpRequest, symbol: str, status: int) -> HttpResponse:
    near = queries.close_tickers(symbol, timezone.now())
    return render(request, "dashboard/no_ticker.html", {"symbol": symbol, "near": near}, status=status)


def _no_site(request: HttpRequest, site: str) -> HttpResponse:
    names = Site.objects.order_by("name").values_list("name", flat=True)
    return render(request, "dashboard/no_site.html", {"site": site, "names": names}, status=404)
