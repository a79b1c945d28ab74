"""Receivers for sign-in and sign-out by any method: begin the session, record the event."""

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from accounts import events, factors, failed_sign_ins, sessions
from accounts.models import SecurityEvent, User

ARRIVAL = "arrival"  # session key: the id of the sign-in event that began the session
SIGN_IN = "sign-in.succeeded"


def on_logged_in(request: HttpRequest, user: User, **_: object) -> None:
    """Handles `user_logged_in`: begins the session, tells of failed sign-ins before, and records this one."""
    now = timezone.now()
    sessions.begin(request, user, now)
    if failures := failed_sign_ins.settle(user):
        messages.info(request, failures.sentence(now), fail_silently=True)  # a sign-in by a command has no page
    arrival = events.record(SIGN_IN, user=user, request=request, **_method(request, user))
    assert arrival is not None  # event_types.py keeps sign-ins in the history
    request.session[ARRIVAL] = arrival.pk


def _method(request: HttpRequest, user: User) -> dict[str, str]:
    """Returns the methods that allauth noted: {"method": "password and totp"}; {} if it noted none."""
    used = get_authentication_records(request, user)
    names = [factors.NAMES.get(each.get("type", ""), str(each.get("method"))) for each in used]
    return {"method": " and ".join(names)} if names else {}


def on_logged_out(request: HttpRequest, user: User | None, **_: object) -> None:
    """Handles `user_logged_out`. `user` is None if the session had already ended."""
    if user is not None:
        events.record("sign-out", user=user, request=request)


def previous_sign_in(user: User, session: SessionBase) -> SecurityEvent | None:
    """Returns the sign-in before the one that began this session, on any device; None if this is the first."""
    before = user.security_events.filter(name=SIGN_IN, pk__lt=session.get(ARRIVAL, 0))
    return before.order_by("-pk").first()
