"""Shows the pages of the market: complete as HTML, with embedded snapshots that scripts keep current."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.market import history, links, queries
from applications.market.models import TRADES
from applications.market.rollups import ALL
from dashboard import download, periods
from dashboard import links as dashboard_links
from dashboard import topics as dashboard_topics
from dashboard.choosing import Chosen, choose
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.periods import Period
from dashboard.related import related
from dashboard.topics import PULSE


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    chosen, now = choose(request, TRADES), timezone.now()
    topic, hour = chosen.topic("market"), chosen.topic("market-history")
    snapshots = live_snapshots.take([topic, hour, PULSE], now)
    context = {"market": snapshots[topic]["data"], "history": snapshots[hour]["data"], "on": chosen}
    context |= _past(periods.read(request, now), chosen, ALL)
    shown = bool(context["market"]["open"] or context["market"]["closed"])
    context |= {"topic": topic, "history_topic": hour, "snapshots": snapshots}
    context |= signals(context["market"], chosen, snapshots, shown=shown)
    return render(request, "market/market.html", context)


@require_safe
def ticker(request: HttpRequest, symbol: str) -> HttpResponse:
    chosen, topic = choose(request, TRADES), f"ticker:{symbol}"
    # With the stream, since a ticker may itself hold an @.
    if dashboard_topics.find(f"{topic}@{chosen.stream}") is None or not queries.has_traded(symbol, chosen.stream):
        return _no_ticker(request, symbol, chosen, status=404)
    known = [name for name in chosen.known if name == chosen.stream or queries.has_traded(symbol, name)]
    chosen = chosen._replace(known=known)
    topic = chosen.topic(topic)
    now = timezone.now()
    snapshots = live_snapshots.take([topic, PULSE], now)
    data = snapshots[topic]["data"]
    context = {"symbol": symbol, "ticker": data, "on": chosen, "topic": topic, "snapshots": snapshots}
    context["latest_first"] = data["minutes"][::-1]
    context |= _past(periods.read(request, now), chosen, symbol)
    context["related"] = related("ticker", symbol, but="market")
    context |= signals(data, chosen, snapshots, shown=bool(data["minutes"]))
    return render(request, "market/ticker.html", context)


def ticker_by_name(request: HttpRequest) -> HttpResponse:
    """Shows the same page for ?name=, which may hold characters that no path can."""
    return ticker(request, request.GET.get("name", ""))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Redirects to the ticker's page, on the first stream that has it; else shows similar tickers."""
    query = request.GET.get("q", "").strip()
    if not query:
        return redirect("market")
    chosen = choose(request, TRADES)
    for stream in dict.fromkeys([chosen.stream, *chosen.known]):
        if found := queries.find_ticker(query, stream):
            return redirect(links.to_ticker(found, stream))
    return _no_ticker(request, query, chosen, status=200)


@token_allowed("read:dashboards")
@require_safe
def market_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams the minutes of the last hour of ?stream=: the market's, or with ?ticker= one ticker's.

    With ?range= it streams that time, in the steps of its chart.
    """
    now, asked, chosen = timezone.now(), request.GET.get("ticker", ""), choose(request, TRADES)
    if request.GET.get("range"):
        return _range_csv(request, chosen, asked)
    if not asked:
        name = f"market_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
        return download.respond(name, queries.MINUTE_COLUMNS, queries.minute_rows(now, chosen.stream))
    symbol = queries.find_ticker(asked, chosen.stream)
    if symbol is None:
        return _no_ticker(request, asked, chosen, status=404)
    name = f"{download.slug(symbol, 'ticker')}_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
    return download.respond(name, queries.TICKER_COLUMNS, queries.ticker_rows(symbol, now, chosen.stream))


@token_allowed("read:dashboards")
@require_safe
def market_json(request: HttpRequest) -> HttpResponse:
    """Answers the trades of ?range= as columns, of ?stream= or with ?ticker= of one ticker."""
    chosen, asked, period = (
        choose(request, TRADES),
        request.GET.get("ticker", ""),
        periods.read(request, timezone.now()),
    )
    if period.error:
        return JsonResponse({"error": period.error}, status=400)
    if asked and not queries.has_traded(asked, chosen.stream):
        return JsonResponse({"error": "No trade of that ticker has arrived."}, status=404)
    return JsonResponse(history.history(chosen.stream, asked or ALL, period))


def _range_csv(request: HttpRequest, chosen: Chosen, asked: str) -> HttpResponse | StreamingHttpResponse:
    period = periods.read(request, timezone.now())
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    symbol = queries.find_ticker(asked, chosen.stream) if asked else ALL
    if symbol is None:
        return _no_ticker(request, asked, chosen, status=404)
    of = download.slug(symbol, "ticker") if symbol else "market"
    name = f"{of}_trades_{chosen.in_names}{period.in_names}.csv"
    return download.respond(name, history.CSV_COLUMNS, history.csv_rows(chosen.stream, symbol, period))


def _past(period: Period, chosen: Chosen, ticker: str) -> dict[str, Any]:
    """Returns the context of the time that a page shows; `past` is None for its usual one, the last hour, live."""
    more = urlencode(
        dashboard_links.stream_parameters(chosen.default, chosen.stream) | ({"ticker": ticker} if ticker else {})
    )
    both = "&".join(filter(None, [period.query, more]))
    context = {
        "json_url": f"{reverse('market-json')}?{both}",
        "csv_url": f"{reverse('market-csv')}?{both}",
        "empty_rows": [None],  # the browser makes new rows of it
    }
    if period.usual:
        return {"period": period, "past": None, **context}
    found = history.history(chosen.stream, ticker, period)
    return {"period": period, "past": found, "past_rows": history.table(found), **context}


def _no_ticker(request: HttpRequest, symbol: str, chosen: Chosen, status: int) -> HttpResponse:
    found = queries.close_tickers(symbol, chosen.stream)
    context = {"symbol": symbol, "near": [(name, links.to_ticker(name, chosen.stream)) for name in found]}
    return render(request, "market/no_ticker.html", context | {"on": chosen}, status=status)
