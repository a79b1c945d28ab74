"""Shows the list of tickers and the page of one, and answers its bars as files."""

import gzip
from hashlib import sha256
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.quotes import asking, drawing, links, listing, live, reading, showing
from applications.quotes.figures import AVERAGES
from applications.quotes.showing import Shown
from common.running import to_run
from dashboard import download
from dashboard.related import related

FETCH = ("quotes", "fetch")


@require_safe
def quotes(request: HttpRequest) -> HttpResponse:
    """Shows the tickers that ?q= finds; one that is written as it is named leads to its page."""
    text = request.GET.get("q", "").strip()[: listing.MOST_TEXT]
    if text and reading.has_bars(text.upper()):
        return redirect(links.to_quote(text.upper()))
    page = listing.page(text, request.GET.get("page", ""))
    context = {"text": text, "page": page, "import": to_run("quotes", "import", "bars.csv")}
    context["fetch"] = to_run(*FETCH, text.upper() or "AAPL")
    return render(request, "quotes/quotes.html", context)


@require_safe
def quote(request: HttpRequest, ticker: str) -> HttpResponse:
    """Shows the page of a ticker; 404 for one without bars."""
    if ticker != ticker.upper():
        return redirect(links.to_quote(ticker.upper()))
    shown = _shown(request, ticker)
    if shown is None:
        context = {"ticker": ticker, "near": reading.near(ticker), "fetch": to_run(*FETCH, ticker)}
        return render(request, "quotes/no_quote.html", context | {"related": related("ticker", ticker)}, status=404)
    return render(request, "quotes/quote.html", _context(shown))


@token_allowed("read:dashboards")
@require_safe
def bars_csv(request: HttpRequest) -> HttpResponseBase:
    """Streams the days and columns that the page of ?ticker= shows for the same parameters."""
    shown = _shown(request, request.GET.get("ticker", "").upper())
    if shown is None or shown.asked.errors:
        return HttpResponse(f"{_fault(shown)}\n", status=_status(shown), content_type="text/plain; charset=utf-8")
    found = showing.columns(shown)
    return download.respond(f"{_name(shown)}.csv", found, showing.rows(found))


@token_allowed("read:dashboards")
@require_safe
def bars_json(request: HttpRequest) -> HttpResponse:
    """Answers the same as columns."""
    shown = _shown(request, request.GET.get("ticker", "").upper())
    if shown is None or shown.asked.errors:
        return JsonResponse({"error": _fault(shown)}, status=_status(shown))
    days = shown.asked.days
    span = {"text": days.text, "first": days.first, "last": days.last}
    about = {"company": shown.asked.company.name, "range": span}
    return JsonResponse({**about, **showing.columns(shown)})


@require_safe
def history_json(request: HttpRequest) -> HttpResponse:
    """Answers all bars of ?ticker= compactly, for the script of its page; an ETag saves the second answer.

    The answer holds prices alone, so that to compress it tells nobody a secret.
    """
    ticker = request.GET.get("ticker", "")
    history = reading.history(ticker)
    if not history.days:
        return JsonResponse({"error": f"There are no bars of {ticker}."}, status=404)
    body = msgspec.json.encode(showing.packed(history))
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        answer = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = HttpResponse(gzip.compress(body, 5, mtime=0), content_type="application/json")
        answer["Content-Encoding"] = "gzip"
    else:
        answer = HttpResponse(body, content_type="application/json")
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


def _shown(request: HttpRequest, ticker: str) -> Shown | None:
    """Returns the bars of a ticker that a request asks for; None for a ticker without bars."""
    company, edges = reading.company(ticker), reading.edges(ticker)
    if company is None or edges is None:
        return None
    now = timezone.now()
    today = live.today(ticker, now)
    return showing.show(asking.read(request, company, edges, today, now), today)


def _context(shown: Shown) -> dict[str, Any]:
    asked, today, curve = shown.asked, shown.today, showing.curve(shown)
    return {
        "asked": asked,
        "shown": shown,
        "days": len(shown.changes[0] if shown.others else shown.history.days),
        "summary": showing.summary(shown),
        "table": showing.table(shown),
        "names": [each.ticker for each in shown.compared],
        "averages": [(count, count in asked.averages) for count in AVERAGES],
        "lines": drawing.lines(curve.get("percents") or {"close": curve["close"]}),
        "kept": {"curve": curve, "view": _view(shown)},
        "related": related("ticker", asked.ticker, but="quotes"),
        "today": today,
        "topic": today.topic if today and asked.live else "",
        "snapshots": today.snapshots if today and asked.live else {},
    }


def _view(shown: Shown) -> dict[str, Any]:
    """Returns the values that the script of the page needs."""
    asked, today = shown.asked, shown.today
    return {
        "ticker": asked.ticker,
        "others": asked.compared,
        "averages": asked.averages,
        "range": asked.days.text,
        "first": asked.days.first,
        "last": asked.days.last,
        "oldest": asked.oldest,
        "newest": asked.newest,
        "decimals": shown.decimals,
        "minutes": today.minutes if today and asked.live else [],
    }


def _fault(shown: Shown | None) -> str:
    return shown.asked.errors[0] if shown else "There are no bars of that ticker."


def _status(shown: Shown | None) -> int:
    return 400 if shown else 404


def _name(shown: Shown) -> str:
    """Returns the name of a file: the tickers and the days that it holds."""
    tickers = "_".join(download.slug(each.ticker, "ticker") for each in shown.compared)
    return f"{tickers}_{shown.asked.days.first}_{shown.asked.days.last}_1d"
