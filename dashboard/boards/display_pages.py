"""Answers screens on walls and public boards: one board, read-only, without signing in; and makes display links."""

from typing import Any

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import events
from accounts.guards import confirmed, discreet, person
from common.limits import MAX_ID
from dashboard import topics as dashboard_topics
from dashboard.boards import access, links, topics
from dashboard.boards.edit_pages import changeable, either
from dashboard.boards.models import Board
from dashboard.boards.pages import LENGTHS, Asked, asked_of, choices_of, content_of, shown
from dashboard.live.service import snapshots as live_snapshots
from streams.core.clock import iso


@either
@discreet
@confirmed
def new_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows the form and then, only once, the address of a new display link."""
    board = changeable(request, slug)
    context: dict[str, Any] = {"board": board, "days": links.DAYS}
    if request.method == "POST":
        days = request.POST.get("days", "")
        chosen = next((each for each in links.DAYS if str(each) == days), 365)
        try:
            made, token = links.make(board, person(request).pk, request.POST.get("label", ""), chosen, timezone.now())
        except links.TooManyError as error:
            return render(request, "boards/link_new.html", context | {"refusal": str(error)}, status=409)
        until = made.expires.date().isoformat()
        events.record("display-link.made", user=person(request), request=request, label=made.label, expires=until)
        context |= {"link": made, "address": request.build_absolute_uri(reverse("display", args=[token]))}
    return render(request, "boards/link_new.html", context)


@require_POST
def revoke_link(request: HttpRequest, number: int) -> HttpResponse:
    """Revokes a display link of the user: its screens show nothing within seconds."""
    revoked = links.revoke(min(number, MAX_ID), person(request).pk, timezone.now())
    if revoked is None:
        raise Http404("no such link")
    events.record("display-link.revoked", user=person(request), request=request, label=revoked.label)
    messages.success(request, f"The display link {revoked.label} is revoked.")
    if request.POST.get("next") == "sessions":
        return redirect("sessions")
    return redirect("board-edit", revoked.board.slug)


@require_safe
@never_cache
@login_not_required
@discreet
def display(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the board of a display link in the whole window."""
    board = _linked(token)
    return _page(request, board, reverse("display-data", args=[token]), _live(request, board), "night")


@require_safe
@never_cache
@login_not_required
@discreet
def display_data(request: HttpRequest, token: str) -> HttpResponse:
    """Answers the board of a display link as JSON, if it is newer than ?since=VERSION, and which workers live."""
    board = _linked(token)
    return _data(request, board, _live(request, board))


@require_safe
@login_not_required
def public(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows a board that anyone may see."""
    board = _public(slug)
    return _page(request, board, reverse("board-public-data", args=[slug]), _offered(request, board), "system")


@require_safe
@login_not_required
def public_data(request: HttpRequest, slug: str) -> HttpResponse:
    """Answers a public board as JSON, as a display link does."""
    board = _public(slug)
    return _data(request, board, _offered(request, board))


def _linked(token: str) -> Board:
    found = links.check(token, timezone.now())
    if found is None:
        raise Http404("no such display link")
    return found


def _public(slug: str) -> Board:
    found = access.public(slug)
    if found is None:
        raise Http404("no such public board")
    return found


def _page(request: HttpRequest, board: Board, data_url: str, asked: Asked, theme: str) -> HttpResponse:
    """Shows a board in the whole window. `theme` goes by the hour, "night", or by the visitor's browser, "system"."""
    content = content_of(board)
    address = f"{data_url}?{asked.query(range=asked.span.text)}"
    context = {"board": board, "content": content, "display": True, "data_url": address, "theme": theme}
    return render(request, "boards/display.html", context | shown(board, content, asked))


def _live(request: HttpRequest, board: Board) -> Asked:
    """Returns the time and the value of the address: a screen shows no past time."""
    content = content_of(board)
    asked = asked_of(request, content)
    if asked.span.live:
        return asked
    span = topics.span_of(content, "", timezone.now())
    return Asked(span if span.live else topics.span_of(content, "1h", timezone.now()), asked.value, "", "")


def _offered(request: HttpRequest, board: Board) -> Asked:
    """Returns the same for a public board: only a time and a value that it offers, since each other is built apart."""
    content, asked = content_of(board), _live(request, board)
    usual = topics.span_of(content, "", timezone.now())
    if asked.own and asked.own not in (*LENGTHS, usual.text):
        asked = asked._replace(span=usual if usual.live else topics.span_of(content, "1h", timezone.now()), own="")
    if asked.value and asked.value not in choices_of(content):
        asked = asked._replace(value="")
    return asked


def _data(request: HttpRequest, board: Board, asked: Asked) -> HttpResponse:
    versions = live_snapshots.versions()
    topic = topics.name_of(board, asked.own and asked.span.text, asked.value)
    since = request.GET.get("since", "-1")
    known = int(since) if since.removeprefix("-").isdecimal() and len(since) < 19 else -1
    pulse = live_snapshots.newer(dashboard_topics.PULSE, -1, versions)
    found = live_snapshots.newer(topic, known, versions)
    answer: dict[str, Any] = {"now": iso(timezone.now()), "pulse": msgspec.Raw(pulse.data if pulse else b"null")}
    if found:
        answer |= {"version": found.version, "data": msgspec.Raw(found.data)}
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
