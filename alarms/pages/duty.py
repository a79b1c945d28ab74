"""Answers the page of duty lists: the turns of each, by weekly times, and the targets that are on duty now."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person, staff_only
from alarms.duty import on_duty, refusal
from alarms.models import DutyTurn, Subscription, Target
from common.text import storable
from streams.models import Audit

MOST, MOST_DUTY = 200, 64  # turns; characters of a list's name
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """Lists the turns of each duty list, and marks those that hold now."""
    turns = list(DutyTurn.objects.select_related("target").order_by("duty", "pk"))
    holding = on_duty(turns, timezone.now())
    used = set(Subscription.objects.exclude(duty="").values_list("duty", flat=True))
    lists = [
        {
            "name": name,
            "turns": [(turn, (turn.duty, turn.target_id) in holding) for turn in found],
            "used": name in used,
        }
        for name, found in groupby(turns, key=lambda turn: turn.duty)
    ]
    return render(request, "alarms/duty.html", {"lists": lists})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Adds a turn: a target of the site, from one weekly time to another, in the time of a zone."""
    given = {name: str(value).strip()[:200] for name, value in request.POST.items()}
    why = ""
    if request.method == "POST":
        why = _add(given, person(request).get_username())
        if not why:
            messages.success(request, "The turn is added.")
            return redirect("alarm-duty")
    context: dict[str, Any] = {"given": given, "refusal": why, "days": DAYS}
    context["targets"] = Target.objects.filter(owner=None).order_by("name")
    context["duties"] = DutyTurn.objects.order_by("duty").values_list("duty", flat=True).distinct()
    return render(request, "alarms/duty_new.html", context, status=422 if why else 200)


@staff_only
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Removes a turn."""
    found = get_object_or_404(DutyTurn.objects.select_related("target"), pk=number)
    with transaction.atomic():
        _audit(person(request).get_username(), "duty removal", found)
        found.delete()
    messages.success(request, "The turn is removed.")
    return redirect("alarm-duty")


def _add(given: dict[str, str], who: str) -> str:
    """Adds the turn of a form; returns the reason against it in a sentence, or ""."""
    name, number = storable(given.get("duty", "")), given.get("target", "")
    if not 1 <= len(name) <= MOST_DUTY or not name.isprintable():
        return f"The name of a duty list has 1 to {MOST_DUTY} printable characters."
    target = (
        Target.objects.filter(owner=None, pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    )
    if target is None:
        return "Choose a target of the site."
    starts, ends, zone = (storable(given.get(field, ""))[:64] for field in ("starts", "ends", "zone"))
    if why := refusal(starts, ends, zone):
        return why
    if DutyTurn.objects.count() >= MOST:
        return f"There are {MOST} turns already."
    with transaction.atomic():
        made = DutyTurn.objects.create(duty=name, target=target, starts=starts, ends=ends, zone=zone)
        _audit(who, "duty", made)
    return ""


def _audit(who: str, action: str, turn: DutyTurn) -> None:
    words = f"{turn.duty}: {turn.target.name}, {turn.starts} to {turn.ends}"
    Audit.objects.create(who=who[:150], action=action, target=words[:200], count=0)
