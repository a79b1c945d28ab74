"""Answers the list of saved questions, and their buttons."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.guards import person
from archive.access import askers_only
from archive.models import KeptAnswer, SavedQuestion
from archive.questions import keeping, saving
from dashboard.templatetags.figures import span

VERBS = ("share", "keep", "remove", "board")
MOST = 500  # on the page


@require_safe
@askers_only
def saved(request: HttpRequest) -> HttpResponse:
    """Shows the person's questions and the shared ones."""
    found = saving.visible(person(request)).select_related("owner", "kept").defer("kept__answer")
    context = {"found": found[:MOST], "choices": [(each, span(60 * each)) for each in keeping.MINUTES]}
    return render(request, "archive/ask_saved.html", context)


@require_POST
@askers_only
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Shares a question of the person, keeps it for them alone, puts its answer on boards, or removes it."""
    mine = SavedQuestion.objects.filter(owner=person(request), pk=number) if number < 2**63 else None
    found = mine.first() if mine is not None and verb in VERBS else None
    if found is None:
        raise Http404("no such question of yours")
    if verb == "remove":
        found.delete()
        messages.success(request, f"“{found.title}” is removed.")
    elif verb == "board":
        _to_boards(request, found)
    else:
        found.shared = verb == "share"
        found.save()
        messages.success(request, f"“{found.title}” is {'shared' if found.shared else 'yours alone'}.")
    return redirect("ask-saved")


def _to_boards(request: HttpRequest, found: SavedQuestion) -> None:
    minutes = request.POST.get("minutes", "")
    try:
        keeping.keep(found, int(minutes) if minutes.isdecimal() and len(minutes) < 6 else 0)
    except keeping.NotKeptError as error:
        messages.error(request, str(error))
        return
    on = KeptAnswer.objects.filter(question=found).exists()
    says = "Its answer is data of boards, which everybody sees." if on else "It is no data of boards."
    messages.success(request, says)
