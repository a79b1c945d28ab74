"""Answers the page of one episode: its curve, cause, rule, messages and notes; and its acts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.guards import person, staff_only
from alarms import acknowledging, maintenance
from alarms.acknowledging import MOST_NOTE, RefusedError
from alarms.models import Episode
from alarms.pages import about, silences
from common.text import storable
from streams.core.records import StreamError


@require_safe
def episode(request: HttpRequest, number: int) -> HttpResponse:
    """Shows one episode; ?state answers JSON, for which the page of an open one asks every two seconds."""
    found = _episode(number)
    now = timezone.now()
    shown = about.episode(found, now, staff=person(request).is_staff, proves="prove" in request.GET)
    if "state" in request.GET:
        return JsonResponse(about.state(shown))
    context: dict[str, Any] = shown | {
        "most": MOST_NOTE,
        "lengths": silences.LENGTHS,
        "silences": list(maintenance.of_episode(found, now)),
        "state": not found.ended,
    }
    return render(request, "alarms/episode.html", context)


@require_safe
def by_name(request: HttpRequest, name: str) -> HttpResponse:
    """Leads to the page of an episode by its name, as messages have it."""
    return redirect("episode", get_object_or_404(Episode, name=storable(name, 64)).pk)


@staff_only
@require_safe
def sample(request: HttpRequest, number: int) -> HttpResponse:
    """Answers the records around an episode as sample.jsonl, for `manage.py sql test`."""
    try:
        kept = about.sample(_episode(number), timezone.now())
    except StreamError as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(b"".join(each + b"\n" for each in kept.lines), content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="sample.jsonl"'
    if kept.cut:
        response["X-Sample-Cut"] = "1"
    return response


@require_POST
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    """Acknowledges an open episode, with a note if there is one."""
    who, note = person(request).get_username(), request.POST.get("note", "")
    return _act(request, number, "You have acknowledged it.", acknowledging.acknowledge, who, timezone.now(), note)


@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Adds a note."""
    who, words = person(request).get_username(), request.POST.get("note", "")
    return _act(request, number, "The note is added.", acknowledging.add_note, who, timezone.now(), words)


@staff_only
@require_POST
def silence(request: HttpRequest, number: int) -> HttpResponse:
    """Silences the rule for the key of an episode."""
    found = _episode(number)

    def do(_: int) -> None:
        silences.make(request, request.POST.dict(), found.rule, found.key)

    return _act(request, number, "Nobody is told of it meanwhile.", do)


def _act(request: HttpRequest, number: int, done: str, do: Any, *more: Any) -> HttpResponse:
    try:
        do(number, *more)
    except Episode.DoesNotExist:
        raise Http404("no such alarm") from None
    except RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("episode", number)


def _episode(number: int) -> Episode:
    return get_object_or_404(Episode.objects.select_related("rule"), pk=number)
