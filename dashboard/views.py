"""The pages: complete as HTML, with the snapshots they show embedded so that scripts can keep them current."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from dashboard import download, links, pages, queries
from streams import clock

SILENCE = 10_000  # milliseconds after which a stream counts as quiet, or its worker as silent


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("market")


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    snapshots = take_snapshots(["market", "market-history"], timezone.now())
    context = {"market": snapshots["market"]["data"], "history": snapshots["market-history"]["data"]}
    context |= {"snapshots": snapshots, **signals(context["market"])}
    return render(request, "dashboard/market.html", context)


@require_safe
def ticker(request: HttpRequest, symbol: str) -> HttpResponse:
    topic = f"ticker:{symbol}"
    if pages.find(topic) is None or not queries.has_traded(symbol):
        return _no_ticker(request, symbol, status=404)
    snapshots = take_snapshots([topic], timezone.now())
    data = snapshots[topic]["data"]
    context = {"symbol": symbol, "topic": topic, "ticker": data, "snapshots": snapshots, **signals(data)}
    return render(request, "dashboard/ticker.html", context)


def ticker_by_name(request: HttpRequest) -> HttpResponse:
    """The same for ?name=, which may hold what no path can."""
    return ticker(request, request.GET.get("name", ""))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The page of the ticker asked for, or the ones that it may have meant."""
    query = request.GET.get("q", "").strip()
    if not query:
        return redirect("market")
    if found := queries.find_ticker(query):
        return redirect(links.to_ticker(found))
    return _no_ticker(request, query, status=200)


@token_allowed("read:dashboards")
@require_safe
def market_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The minutes of the last hour: the market's, or with ?ticker= one ticker's."""
    now, asked = timezone.now(), request.GET.get("ticker", "")
    if not asked:
        name = f"market_minutes_{download.stamp(now)}_1m.csv"
        return download.respond(name, queries.MINUTE_COLUMNS, queries.minute_rows(now))
    symbol = queries.find_ticker(asked)
    if symbol is None:
        return _no_ticker(request, asked, status=404)
    name = f"{download.slug(symbol, 'ticker')}_minutes_{download.stamp(now)}_1m.csv"
    return download.respond(name, queries.TICKER_COLUMNS, queries.ticker_rows(symbol, now))


def take_snapshots(topics: list[str], now: datetime) -> dict[str, Any]:
    """{topic: {"version", "data"}}. The version is read first, so that it never promises more than the data holds."""
    found = {topic: page for topic in topics if (page := pages.find(topic))}
    return {
        topic: {"version": queries.version(page.version_topic), "data": page.build(now)}
        for topic, page in found.items()
    }


def signals(data: dict[str, Any]) -> dict[str, Any]:
    """Whether the stream is empty, quiet, or its worker silent; `age` of the newest record in seconds or None."""
    now = clock.from_iso(data["now"])
    age = now - clock.from_iso(data["newest"]) if data["newest"] else None
    lag = now - clock.from_iso(data["clock"]) if data["clock"] else None
    return {
        "age": None if age is None else max(age, 0) / 1000,
        "empty": age is None and not data.get("sites") and not data.get("minutes") and not data.get("closed"),
        "quiet": age is not None and age > SILENCE,
        "silent": lag is not None and lag > SILENCE,
    }


def _no_ticker(request: HttpRequest, symbol: str, status: int) -> HttpResponse:
    near = [(name, links.to_ticker(name)) for name in queries.close_tickers(symbol)]
    return render(request, "dashboard/no_ticker.html", {"symbol": symbol, "near": near}, status=status)
