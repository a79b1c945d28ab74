"""Answers the one-time link of a message: it asks first, so that a program that follows links changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.guards import discreet
from alarms import acknowledging
from alarms.acknowledging import MOST_NOTE, RefusedError
from alarms.showing import rows

MOST_TOKEN = 300  # characters


@login_not_required
@never_cache
@discreet
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the alarm of a link and a button; POST acknowledges it, in the name of the message's target."""
    found = acknowledging.find(token) if len(token) <= MOST_TOKEN else None
    if found is None:
        return render(request, "alarms/link_over.html", status=410)
    episode, target = found
    context = {"episode": rows([episode])[0], "acknowledged": episode.acknowledged, "target": target, "most": MOST_NOTE}
    if not acknowledging.usable(episode):
        return render(request, "alarms/link_over.html", context, status=410)
    if request.method != "POST":
        return render(request, "alarms/link.html", context)
    try:
        acknowledging.use(token, timezone.now(), request.POST.get("note", ""))
    except RefusedError as refused:
        return render(request, "alarms/link.html", context | {"refusal": str(refused)}, status=409)
    return render(request, "alarms/link.html", context | {"done": True})
