"""Answers the page of duty lists: the turns of each, by weekly times, and who is on duty now and next."""

from datetime import datetime, time
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person, staff_only
from alarms import turns
from alarms.duty import holds, refusal
from alarms.models import DutyTurn, Subscription, Target
from common.text import storable
from streams.models import Audit

MOST, MOST_DUTY = 200, 64  # turns; characters of a list's name
TIMES = {"begins": "09:00", "over": "17:00", "zone": "UTC"}  # of an empty form
WORKDAYS = ["0", "1", "2", "3", "4"]


@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """Lists the turns of each duty list in words, and says who is on duty now and next."""
    now = timezone.now()
    found = list(DutyTurn.objects.select_related("target").order_by("duty", "pk"))
    used = set(Subscription.objects.exclude(duty="").values_list("duty", flat=True))
    lists = []
    for name, group in groupby(found, key=lambda turn: turn.duty):
        of_list = list(group)
        rows = [(turn, turns.words(turn.starts, turn.ends, turn.zone), holds(turn, now)) for turn in of_list]
        lists.append({"name": name, "turns": rows, "used": name in used, "on": _on_duty(of_list, now)})
    return render(request, "alarms/duty.html", {"lists": lists})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Adds a turn: a target of the site, on days of the week from a time to another, in a zone; or as cron texts.

    With the button "show" it only says in words what was understood, and who would be on duty.
    """
    given = {name: str(value).strip()[:200] for name, value in request.POST.items()} or TIMES
    days = request.POST.getlist("days") if request.method == "POST" else WORKDAYS
    turn, why = _turn(given, days) if request.method == "POST" else (None, "")
    if turn and given.get("act") != "show":
        why = _add(turn, person(request).get_username())
        if not why:
            said = turns.words(turn.starts, turn.ends, turn.zone)
            messages.success(request, f"The turn is added: {turn.target.name}, {said}.")
            return redirect("alarm-duty")
    context: dict[str, Any] = {"given": given, "days": days, "refusal": why, "zones": _zones()}
    context["week"] = [(str(place), name) for place, name in enumerate(turns.NAMES)]
    context["targets"] = Target.objects.filter(owner=None).order_by("name")
    context["duties"] = DutyTurn.objects.order_by("duty").values_list("duty", flat=True).distinct()
    if turn and not why:
        of_list = [*DutyTurn.objects.filter(duty=turn.duty).select_related("target"), turn]
        context |= {"said": turns.words(turn.starts, turn.ends, turn.zone), "on": _on_duty(of_list, timezone.now())}
    return render(request, "alarms/duty_new.html", context, status=422 if why else 200)


def _on_duty(found: list[DutyTurn], now: datetime) -> dict[str, Any]:
    """Returns the names of those on duty by one list now and next, and the time of the change."""
    names = {turn.target_id: turn.target.name for turn in found}
    on = turns.duty(found, now)
    return {
        "now": ", ".join(sorted(names[each] for each in on.now)),
        "changes": on.changes,
        "then": ", ".join(sorted(names[each] for each in on.then)),
    }


@cache
def _zones() -> list[str]:
    """Returns the zones that are named by a place, which the form suggests."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


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


def _turn(given: dict[str, str], days: list[str]) -> tuple[DutyTurn | None, str]:
    """Returns the turn of a form, which is not stored yet, or the reason against it in a sentence."""
    name, number = storable(given.get("duty", "")), given.get("target", "")
    if not 1 <= len(name) <= MOST_DUTY or not name.isprintable():
        return None, f"The name of a duty list has 1 to {MOST_DUTY} printable characters."
    target = (
        Target.objects.filter(owner=None, pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    )
    if target is None:
        return None, "Choose a target of the site."
    starts, ends, zone = (storable(given.get(field, ""))[:64] for field in ("starts", "ends", "zone"))
    if not starts and not ends:
        chosen = frozenset(place for place in turns.WEEK if str(place) in days)
        times = _time(given.get("begins", "")), _time(given.get("over", ""))
        if not chosen or times[0] is None or times[1] is None:
            return None, "Choose at least one day, and two times such as 09:00 and 17:00."
        starts, ends = turns.cron(turns.Plain(chosen, times[0], times[1]))
    turn = DutyTurn(duty=name, target=target, starts=starts, ends=ends, zone=zone)
    why = refusal(starts, ends, zone)
    return (None, why) if why else (turn, "")


def _time(text: str) -> time | None:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of the day, in the zone of the turn
    except ValueError:
        return None


def _add(turn: DutyTurn, who: str) -> str:
    """Stores a turn; returns the reason against it in a sentence, or ""."""
    if DutyTurn.objects.count() >= MOST:
        return f"There are {MOST} turns already."
    with transaction.atomic():
        turn.save()
        _audit(who, "duty", turn)
    return ""


def _audit(who: str, action: str, turn: DutyTurn) -> None:
    words = f"{turn.duty}: {turn.target.name}, {turn.starts} to {turn.ends}"
    Audit.objects.create(who=who[:150], action=action, target=words[:200], count=0)
