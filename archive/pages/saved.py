"""Answers the list of saved questions, and their buttons."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.guards import person
from archive.access import askers_only
from archive.models import SavedQuestion
from archive.questions import saving

VERBS = ("share", "keep", "remove")
MOST = 500  # on the page


@require_safe
@askers_only
def saved(request: HttpRequest) -> HttpResponse:
    """Shows the person's questions and the shared ones."""
    return render(request, "archive/ask_saved.html", {"found": saving.visible(person(request))[:MOST]})


@require_POST
@askers_only
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Shares a question of the person, keeps it for them alone, or removes it."""
    mine = SavedQuestion.objects.filter(owner=person(request), pk=number) if number < 2**63 else None
    found = mine.first() if mine is not None and verb in VERBS else None
    if found is None:
        raise Http404("no such question of yours")
    if verb == "remove":
        found.delete()
        messages.success(request, f"“{found.title}” is removed.")
    else:
        found.shared = verb == "share"
        found.save()
        messages.success(request, f"“{found.title}” is {'shared' if found.shared else 'yours alone'}.")
    return redirect("ask-saved")
