"""The pages: complete as HTML, with the snapshots they show embedded so that scripts can keep them current."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.bearer import token_allowed
from dashboard import download, pages, queries
from dashboard.choosing import Chosen, choose
from dashboard.pages import progress
from dashboard.pages.orders import sites_of
from dashboard.standing import judge
from streams import clock, thresholds
from streams.models import Site
from streams.topics import ORDERS, TRADES


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
    chosen = choose(request, TRADES)
    topic, history = chosen.topic("market"), chosen.topic("market-history")
    snapshots = _snapshots([topic, history, "pulse"], timezone.now())
    context = {"market": snapshots[topic]["data"], "history": snapshots[history]["data"], "on": chosen}
    context |= {"topic": topic, "history_topic": history, "snapshots": snapshots, **_signals(context["market"], chosen)}
    return render(request, "dashboard/market.html", context)


@require_safe
def ticker(request: HttpRequest, symbol: str) -> HttpResponse:
    chosen, topic = choose(request, TRADES), f"ticker:{symbol}"
    if pages.find(topic) is None or not queries.has_traded(symbol, chosen.stream):
        return _no_ticker(request, symbol, chosen, status=404)
    chosen = chosen._replace(known=[name for name in chosen.known if queries.has_traded(symbol, name)])
    topic = chosen.topic(topic)
    snapshots = _snapshots([topic, "pulse"], timezone.now())
    data = snapshots[topic]["data"]
    context = {"symbol": symbol, "ticker": data, "on": chosen, "topic": topic, "snapshots": snapshots}
    context |= _signals(data, chosen)
    return render(request, "dashboard/ticker.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Leads to the page of the ticker asked for, on the first stream that has it; else shows what may be meant."""
    symbol = request.GET.get("q", "").strip().upper()
    if not symbol:
        return redirect("market")
    chosen = choose(request, TRADES)
    for stream in [chosen.stream, *chosen.known] if pages.find(f"ticker:{symbol}") else []:
        if queries.has_traded(symbol, stream):
            return redirect(f"{reverse('ticker', args=[symbol])}{chosen._replace(stream=stream).query}")
    return _no_ticker(request, symbol, chosen, status=200)


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
    chosen = choose(request, ORDERS)
    form = ThresholdForm(site, request.POST)
    if not form.is_valid():
        return _orders(request, {site.name: form}, status=422)
    lines = form.cleaned_data["threshold"]
    thresholds.set_threshold(site, lines, request.user.get_username(), timezone.now())
    messages.success(request, f"{site.name} now raises an alarm at {lines} order lines in 15 s.")
    return redirect(f"{reverse('orders')}{chosen.query}")


@token_allowed("read:dashboards")
@require_safe
def market_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answers the minutes of the last hour of ?stream=: the market's, or with ?ticker= one ticker's."""
    now, symbol, chosen = timezone.now(), request.GET.get("ticker", "").upper(), choose(request, TRADES)
    if not symbol:
        name = f"market_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
        return download.respond(name, queries.MINUTE_COLUMNS, queries.minute_rows(now, chosen.stream))
    if pages.find(f"ticker:{symbol}") is None or not queries.has_traded(symbol, chosen.stream):
        return _no_ticker(request, symbol, chosen, status=404)
    name = f"{symbol.lower()}_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
    return download.respond(name, queries.TICKER_COLUMNS, queries.ticker_rows(symbol, now, chosen.stream))


@token_allowed("read:dashboards")
@require_safe
def alarms_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answers every alarm of ?stream=, or with ?site= every one of a site."""
    chosen = choose(request, ORDERS)
    site = request.GET.get("site") or None
    if site and not Site.objects.filter(name=site).exists():
        return _no_site(request, site)
    name = f"{download.slug(site or 'orders')}_alarms_{chosen.in_names}{download.stamp(timezone.now())}.csv"
    return download.respond(name, queries.ALARM_COLUMNS, queries.alarm_rows(site, chosen.stream))


def _orders(request: HttpRequest, bound: dict[str, ThresholdForm], status: int = 200) -> HttpResponse:
    on = choose(request, ORDERS)
    sites = {site.name: site for site in sites_of(on.stream)}
    chosen = request.GET.get("site") or None
    if chosen and chosen not in sites:
        return _no_site(request, chosen)
    topic, history = on.topic("orders"), on.topic("orders-history")
    snapshots = _snapshots([topic, history, "pulse"], timezone.now())
    data = snapshots[topic]["data"]
    context = {
        "on": on,
        "topic": topic,
        "history_topic": history,
        "orders": data,
        "chosen": chosen,
        "sites": [site for site in data["sites"] if chosen in (None, site["site"])],
        "alarms": [alarm for alarm in data["alarms"] if chosen in (None, alarm["site"])],
        "names": list(sites),
        "spans": queries.count_spans(snapshots[history]["data"]["sites"], chosen),
        "forms": [bound.get(site.name) or ThresholdForm(site) for site in sites.values()]
        if request.user.is_staff
        else [],
        "snapshots": snapshots,
        **_signals(data, on),
    }
    return render(request, "dashboard/orders.html", context, status=status)


def _snapshots(topics: list[str], now: datetime) -> dict[str, Any]:
    """{topic: {"version", "data"}}. The version is read first, so that it never promises more than the data holds."""
    found = {topic: page for topic in topics if (page := pages.find(topic))}
    return {topic: {"version": _version(page, now), "data": page.build(now)} for topic, page in found.items()}


def _version(page: pages.Page, now: datetime) -> int:
    return queries.version(page.version_topic) if page.version_topic else int(now.timestamp())


def _signals(data: dict[str, Any], on: Chosen) -> dict[str, Any]:
    """Returns how the stream stands; `age` of the newest record in seconds, or None where it is not known."""
    newest, watermark = (data[name] and clock.from_iso(data[name]) for name in ("newest", "clock"))
    alive = progress.workers().get(on.application, {}).get(on.stream, 0)
    standing = judge(newest, watermark, alive, clock.from_iso(data["now"]))
    return {
        "standing": standing,
        "age": None if standing.age is None else standing.age / 1000,
        "empty": newest is None and not data.get("sites") and not data.get("minutes") and not data.get("closed"),
    }


def _no_ticker(request: HttpRequest, symbol: str, chosen: Chosen, status: int) -> HttpResponse:
    near = queries.close_tickers(symbol, timezone.now(), chosen.stream)
    return render(request, "dashboard/no_ticker.html", {"symbol": symbol, "near": near, "on": chosen}, status=status)


def _no_site(request: HttpRequest, site: str) -> HttpResponse:
    names = Site.objects.order_by("name").values_list("name", flat=True)
    return render(request, "dashboard/no_site.html", {"site": site, "names": names}, status=404)
