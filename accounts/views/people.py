"""Lets administrators list the accounts and change them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import history, invitations, people
from accounts.guards import administrators_only, confirmed, person
from accounts.models import User
from common.limits import MAX_ID

PAGE = 50  # people
EVENTS = 20  # events of one person
LONGEST_NAME = 150  # characters, as in the table


@require_safe
@administrators_only
def index(request: HttpRequest) -> HttpResponse:
    """Lists all users by name; ?q= narrows the list."""
    words = request.GET.get("q", "").strip()[:LONGEST_NAME]
    now, page = timezone.now(), Paginator(people.search(words), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": people.rows(page.object_list, now), "words": words}
    return render(request, "accounts/people.html", context | {"invitations": invitations.waiting(now)})


@require_safe
@administrators_only
def one(request: HttpRequest, number: int) -> HttpResponse:
    user = _user(number)
    context = {
        "row": people.rows([user], timezone.now())[0],
        "lines": map(history.line, history.of(user)[:EVENTS]),
        "verbs": {
            name: {"title": verb.title, "will": verb.will(user), "refusal": people.refusal(name, user, person(request))}
            for name, verb in people.VERBS.items()
            if verb.allowed(user)
        },
    }
    return render(request, "accounts/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@confirmed
def change(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Says what would happen to the account, and does it once the user's name is typed."""
    user = _user(number)
    if verb not in people.VERBS:
        raise Http404("no such action")
    refusal, blocked = "", people.refusal(verb, user, person(request))
    if request.method == "POST" and not blocked:
        if request.POST.get("name", "").strip() == user.get_username():
            return _do(request, verb, user)
        refusal = f"Type {user.get_username()} to go on; nothing was changed."
    will = "" if blocked else people.VERBS[verb].will(user)
    context = {"subject": user, "title": people.VERBS[verb].title, "will": will, "refusal": refusal, "blocked": blocked}
    status = 422 if refusal else 409 if blocked else 200
    return render(request, "accounts/person_sure.html", context, status=status)


def _do(request: HttpRequest, verb: str, user: User) -> HttpResponse:
    done, sentence = people.perform(verb, user, person(request), request)
    (messages.success if done else messages.error)(request, sentence)
    return redirect("person", user.pk)


def _user(number: int) -> User:
    user = User.objects.filter(pk=number).first() if number <= MAX_ID else None
    if user is None:
        raise Http404("no such person")
    return user
