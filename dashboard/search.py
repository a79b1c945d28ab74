"""Searches everywhere: a page, and suggestions for the field in the frame of every page."""

import time
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from msgspec.structs import asdict

from accounts.guards import person
from common import finding
from common.finding import Hit
from common.text import storable
from dashboard.live.allowance import Arrivals

SUGGESTED, EACH = 12, 5  # suggestions, and at most of one finder
ON_PAGE = 25  # hits of one finder
BURST, RATE = 30, 5.0  # searches of a person at once, and then a second, in one process
PLURALS = {"person": "people"}
SLOW_DOWN = "You search faster than the site answers: wait a second."

arrivals = Arrivals(RATE, time.monotonic)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Lists all that ?q= names, by kind. Leads on if one thing alone has exactly that name."""
    text = _text(request)
    if not _may(request):
        return render(request, "dashboard/search.html", {"text": text, "refusal": SLOW_DOWN}, status=429)
    hits = finding.find(text, person(request), ON_PAGE)
    if text and (only := finding.exact(text, hits)):
        return redirect(only.url)
    return render(request, "dashboard/search.html", {"text": text, "groups": _by_kind(hits)})


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answers the best hits for ?q=, as {"hits": [{"kind", "title", "url", "about"}]}."""
    text = _text(request)
    if not _may(request):
        return JsonResponse({"error": SLOW_DOWN}, status=429, headers={"Retry-After": "1"})
    hits = finding.find(text, person(request), EACH)[:SUGGESTED]
    return JsonResponse({"hits": [asdict(hit) for hit in hits]})


def _text(request: HttpRequest) -> str:
    return storable(request.GET.get("q", "").strip()[: finding.MOST_TEXT])


def _may(request: HttpRequest) -> bool:
    return arrivals.take(str(person(request).pk), BURST)


def _by_kind(hits: list[Hit]) -> list[tuple[str, list[Hit]]]:
    """Returns the hits of each kind, named in the plural; the kind of the best hit comes first."""
    order = {kind: place for place, kind in enumerate(dict.fromkeys(hit.kind for hit in hits))}
    grouped: Any = groupby(sorted(hits, key=lambda hit: order[hit.kind]), key=lambda hit: hit.kind)
    return [(PLURALS.get(kind, f"{kind}s"), list(each)) for kind, each in grouped]
