"""Answers the page of silences: those that hold, those that are over, and the form that makes one."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person, staff_only
from alarms import maintenance
from alarms.acknowledging import RefusedError
from alarms.models import Rule, Silence
from common.text import storable
from streams.core import clock, moments

ROWS = 50
LENGTHS = {"15m": "15 minutes", "1h": "an hour", "4h": "4 hours", "1d": "a day", "7d": "a week", "": "until it clears"}
_SECONDS = {"15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400, "7d": 604_800}


@require_safe
def silences(request: HttpRequest) -> HttpResponse:
    """Lists the silences that hold, then those that are over with the number of messages that each held back."""
    now = timezone.now()
    holding = list(maintenance.current_silences(now))
    over = Silence.objects.exclude(pk__in=[each.pk for each in holding]).select_related("rule")
    page = Paginator(over.order_by("-since", "-pk"), ROWS).get_page(request.GET.get("page"))
    return render(request, "alarms/silences.html", {"holding": holding, "page": page})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Makes a silence or maintenance: of one rule or all, of one key or all, for a length or until a time."""
    given = (request.POST if request.method == "POST" else request.GET).dict()
    refusal = wrong = ""
    if request.method == "POST":
        try:
            made = make(request, given, _rule(given.get("rule", "")), given.get("key", "").strip())
            messages.success(request, f"Nobody is told {_until(made)}.")
            return redirect("alarm-silences")
        except RefusedError as refused:
            refusal, wrong = str(refused), refused.field
    context: dict[str, Any] = {"given": given, "refusal": refusal, "wrong": wrong, "lengths": LENGTHS}
    context |= {"rules": Rule.objects.order_by("title"), "most": maintenance.MOST_REASON}
    return render(request, "alarms/silence_new.html", context, status=422 if refusal else 200)


@staff_only
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a silence early."""
    try:
        maintenance.end(number, person(request).get_username(), timezone.now())
    except Silence.DoesNotExist:
        raise Http404("no such silence") from None
    except RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The silence is over: people are told again.")
    return redirect("alarm-silences")


def make(request: HttpRequest, given: dict[str, str], rule: Rule | None, key: str) -> Silence:
    """Makes the silence of a form with the fields `length`, or `until`, and `reason`. Raises RefusedError."""
    now = timezone.now()
    who = person(request).get_username()
    return maintenance.silence(rule, storable(key), end_of(given, now), given.get("reason", ""), who, now)


def end_of(given: dict[str, str], now: datetime) -> datetime | None:
    """Returns the end that a form asks for; None for "until it clears". Raises RefusedError."""
    if text := given.get("until", "").strip():
        try:
            return clock.to_datetime(moments.parse(text[:40], lambda: clock.from_datetime(now)))
        except (ValueError, OverflowError):
            says = "That is no time such as 2026-11-22T14:00; without a zone a time is in UTC."
            raise RefusedError(says, "until") from None
    length = given.get("length", "1h")
    if length not in LENGTHS:
        raise RefusedError("Choose how long the silence holds.", "length")
    return now + timedelta(seconds=_SECONDS[length]) if length else None


def _rule(name: str) -> Rule | None:
    """Returns the rule of a name, None for "". Raises RefusedError."""
    if not name:
        return None
    found = Rule.objects.filter(name=storable(name, 64)).first()
    if found is None:
        raise RefusedError("There is no such rule any more.", "rule")
    return found


def _until(made: Silence) -> str:
    return f"until {made.until:%Y-%m-%d %H:%M} UTC" if made.until else "until the alarm clears"
