"""Lists the user's sessions, and ends them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import humanize, sessions
from accounts.guards import confirmed, person
from accounts.sessions import others
from accounts.sessions.activity import touch


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = [(each, humanize.device(each.device)) for each in sessions.own_sessions(request)]
    context = {"here": rows[0], "others": rows[1:], "idle": sessions.idle(), "most": sessions.session_limit()}
    context["doors"] = others.of(person(request))
    return render(request, "accounts/sessions.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def used(request: HttpRequest) -> HttpResponse:
    """Keeps the session alive on POST, after a person used the open page (keys, pointer, scrolling). GET only looks.

    Answers with the seconds until the session ends: `left` if it is not used any more, `rest` at the latest.
    """
    now, row = timezone.now(), sessions.current(request)
    if request.method == "POST":
        touch(sessions.store(request), now)
    return JsonResponse(sessions.limits(row, now))


@require_POST
@confirmed
def end(request: HttpRequest, session: UUID) -> HttpResponse:
    """Ends another session of the user. Gives the same answer for a foreign session as for one that never existed."""
    if ended := sessions.end_one(request, session):
        messages.success(request, f"The session with {humanize.device(ended.device)} has ended.")
    else:
        messages.info(request, "That session had ended already.")
    return redirect("sessions")


@require_POST
@confirmed
def end_others(request: HttpRequest) -> HttpResponse:
    count = sessions.end_others(request)
    ended = "1 other session has ended." if count == 1 else f"{count} other sessions have ended."
    messages.success(request, ended if count else "You had no other session.")
    return redirect("sessions")
