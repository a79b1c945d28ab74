"""For operators: streams, their workers, and dead letters. Staff only."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.bearer import token_allowed
from accounts.guards import staff_only
from common.limits import MAX_ID
from dashboard.operators import letters as letter_pages
from dashboard.operators import state
from dashboard.operators.letter_filter import LetterFilter
from streams import api
from streams.api import Choice, Group, Letters, deadletters
from streams.models import DeadLetter

PAGE = 50  # letters
GROUPS = 20


class Verb(NamedTuple):
    """An action on dead letters: the letters that it applies to, the function that does it, and words for both."""

    choose: Callable[[Choice], Letters]
    act: Callable[[Choice, str], int]
    title: str
    will: str  # {it} becomes it or they

    def says(self, count: int, records: str = "") -> str:
        """Returns a sentence about the effect on that many records."""
        records = records or ("1 record" if count == 1 else f"{count:,} records")
        return f"{records} will {self.will.format(it='it' if count == 1 else 'they')}."


VERBS = {
    "replay": Verb(
        deadletters.replayable,
        deadletters.replay,
        "Replay",
        "be put before the worker again, as if {it} arrived now",
    ),
    "discard": Verb(
        deadletters.discardable,
        deadletters.discard,
        "Discard",
        "never be applied; the bytes stay here to be looked at",
    ),
}


def _state() -> dict[str, Any]:
    return state.streams(timezone.now(), api.count_waiting, api.names_for_a_look)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Returns the answer, in words for a script, to a request that is not a GET of staff; None for a GET of staff."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "signed out"}, status=401)
    if not request.user.is_staff:
        return JsonResponse({"error": "Only staff may see the streams."}, status=403)
    return None if request.method == "GET" else HttpResponseNotAllowed(["GET"])


@token_allowed("read:dashboards")
@login_not_required  # a script cannot follow a redirect to the sign-in page: it gets its answer in words
def streams_state(request: HttpRequest) -> HttpResponse:
    """Answers the readers of all streams with their shards. Does not keep a session alive."""
    return refusal(request) or JsonResponse(_state())


@require_safe
@staff_only
def letters(request: HttpRequest) -> HttpResponse:
    """Lists dead letters, newest first, by ?application=, stream=, status= and group= (a kind of error)."""
    asked = LetterFilter.of(request.GET)
    choice = asked.choice()
    newest = deadletters.chosen(choice).values_list("pk", flat=True).first() or 0
    applications = _names("application")
    known = [asked.application] if asked.application else applications
    groups = [] if asked.group else deadletters.groups(choice, GROUPS + 1)
    context = {
        "page": Paginator(deadletters.chosen(choice).defer("data"), PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "filters": {
            "Application": asked.turns("application", applications),
            "Stream": asked.turns("stream", _names("stream")),
            "Status": asked.turns("status", DeadLetter.Status.values),
        },
        "groups": [(group, asked.query(**_names_of(group))) for group in groups[:GROUPS]],
        "more_groups": len(groups) > GROUPS,
        "ungrouped": asked.query(group="") or "?",
        "reached": known[0] if len(known) == 1 and known[0] in applications else "",
        "narrowed": asked.query(application=""),
        "verbs": {name: verb.choose(asked.choice(newest)).count() for name, verb in VERBS.items()},
    }
    return render(request, "dashboard/letters.html", context)


def _names_of(group: Group) -> dict[str, str]:
    return {"application": group.application, "stream": group.stream, "group": group.kind}


@require_safe
@staff_only
def letter(request: HttpRequest, number: int) -> HttpResponse:
    found = _letter(number)
    can = {name: verb.says(1, "It") for name, verb in VERBS.items() if verb.choose(Choice(ids={number})).exists()}
    context = {"letter": found, "bytes": letter_pages.readable(bytes(found.data)), "can": can}
    return render(request, "dashboard/letter.html", context)


@require_safe
@staff_only
def letter_bytes(request: HttpRequest, number: int) -> HttpResponse:
    """Answers the bytes of the record as they came, as a download."""
    name = f"dead-letter-{number}.bin"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(_letter(number).data), content_type="application/octet-stream", headers=headers)


@require_POST
@staff_only
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Replays or discards one dead letter."""
    if verb not in VERBS:
        raise Http404("no such action")
    _do(request, verb, Choice(_letter(number).application, ids={number}))
    return redirect("dead-letter", number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def change_all(request: HttpRequest, application: str, verb: str) -> HttpResponse:
    """Shows the effect on the filtered letters; acts once the user has typed the application's name."""
    if verb not in VERBS or application not in _names("application"):
        raise Http404("no such action, or application")
    asked = LetterFilter.of(request.GET, application=application)
    back = f"{reverse('dead-letters')}{asked.query()}"
    refusal = ""
    if request.method == "POST":
        up_to, typed = request.POST.get("up_to", ""), request.POST.get("name", "").strip()
        if typed == application and up_to.isdecimal() and len(up_to) < 19:
            _do(request, verb, asked.choice(int(up_to)))
            return redirect(back)
        refusal = f"Type {application} to go on; nothing was changed."
    found = VERBS[verb].choose(asked.choice())
    newest = found.values_list("pk", flat=True).first() or 0
    count = found.filter(pk__lte=newest).count()  # letters that arrive after the page was shown are not included
    context: dict[str, Any] = {"application": application, "name": verb, "title": VERBS[verb].title, "back": back}
    context |= {"count": count, "up_to": newest, "says": VERBS[verb].says(count), "refusal": refusal}
    context |= {"narrowed": asked.in_words()}
    return render(request, "dashboard/letters_sure.html", context, status=422 if refusal else 200)


def _do(request: HttpRequest, verb: str, choice: Choice) -> None:
    """Acts on the letters, and leaves a message with the result."""
    if count := VERBS[verb].act(choice, request.user.get_username()):
        messages.success(request, VERBS[verb].says(count))
    else:
        messages.error(request, "Nothing was changed: the worker, or somebody else, was faster.")


def _letter(number: int) -> DeadLetter:
    found = DeadLetter.objects.filter(pk=number).first() if number <= MAX_ID else None
    if found is None:
        raise Http404("no such dead letter")
    return found


def _names(field: str) -> list[str]:
    """Returns the applications, or streams, that have dead letters."""
    return list(DeadLetter.objects.order_by(field).values_list(field, flat=True).distinct())
