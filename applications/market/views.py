"""Shows the pages of the market: complete as HTML, with embedded snapshots that scripts keep current."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.market import links, queries
from applications.market.models import TRADES
from dashboard import download
from dashboard import topics as dashboard_topics
from dashboard.choosing import Chosen, choose
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.topics import PULSE


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    chosen = choose(request, TRADES)
    topic, history = chosen.topic("market"), chosen.topic("market-history")
    snapshots = live_snapshots.take([topic, history, PULSE], timezone.now())
    context = {"market": snapshots[topic]["data"], "history": snapshots[history]["data"], "on": chosen}
    shown = bool(context["market"]["open"] or context["market"]["closed"])
    context |= {"topic": topic, "history_topic": history, "snapshots": snapshots}
    context |= signals(context["market"], chosen, snapshots, shown=shown)
    return render(request, "market/market.html", context)


@require_safe
def ticker(request: HttpRequest, symbol: str) -> HttpResponse:
    chosen, topic = choose(request, TRADES), f"ticker:{symbol}"
    # With the stream, since a ticker may itself hold an @.
    if dashboard_topics.find(f"{topic}@{chosen.stream}") is None or not queries.has_traded(symbol, chosen.stream):
        return _no_ticker(request, symbol, chosen, status=404)
    chosen = chosen._replace(known=[name for name in chosen.known if queries.has_traded(symbol, name)])
    topic = chosen.topic(topic)
    snapshots = live_snapshots.take([topic, PULSE], timezone.now())
    data = snapshots[topic]["data"]
    context = {"symbol": symbol, "ticker": data, "on": chosen, "topic": topic, "snapshots": snapshots}
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
    """Streams the minutes of the last hour of ?stream=: the market's, or with ?ticker= one ticker's."""
    now, asked, chosen = timezone.now(), request.GET.get("ticker", ""), choose(request, TRADES)
    if not asked:
        name = f"market_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
        return download.respond(name, queries.MINUTE_COLUMNS, queries.minute_rows(now, chosen.stream))
    symbol = queries.find_ticker(asked, chosen.stream)
    if symbol is None:
        return _no_ticker(request, asked, chosen, status=404)
    name = f"{download.slug(symbol, 'ticker')}_minutes_{chosen.in_names}{download.stamp(now)}_1m.csv"
    return download.respond(name, queries.TICKER_COLUMNS, queries.ticker_rows(symbol, now, chosen.stream))


def _no_ticker(request: HttpRequest, symbol: str, chosen: Chosen, status: int) -> HttpResponse:
    found = queries.close_tickers(symbol, chosen.stream)
    context = {"symbol": symbol, "near": [(name, links.to_ticker(name, chosen.stream)) for name in found]}
    return render(request, "market/no_ticker.html", context | {"on": chosen}, status=status)
