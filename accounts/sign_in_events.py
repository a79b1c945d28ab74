"""What happens when somebody signs in, by whatever door: a session begins, the sign-in is written down."""

from allauth.account.authentication import get_authentication_records
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from accounts import events, factors, sessions
from accounts.models import SecurityEvent, User

ARRIVAL = "arrival"  # in the session: which event began it
SIGN_IN = "sign-in.succeeded"


def on_logged_in(request: HttpRequest, user: User, **_: object) -> None:
    """The receiver of user_logged_in."""
    sessions.begin(request, user, timezone.now())
    arrival = events.record(SIGN_IN, user=user, request=request, **_method(request, user))
    assert arrival is not None  # the catalogue keeps it
    request.session[ARRIVAL] = arrival.pk


def _method(request: HttpRequest, user: User) -> dict[str, str]:
    """By what they signed in, as allauth noted it: {"method": "password and totp"}; nothing for other doors."""
    used = get_authentication_records(request, user)
    names = [factors.NAMES.get(each.get("type", ""), str(each.get("method"))) for each in used]
    return {"method": " and ".join(names)} if names else {}


def on_logged_out(request: HttpRequest, user: User | None, **_: object) -> None:
    """The receiver of user_logged_out; nobody is who comes with a session that has ended."""
    if user is not None:
        events.record("sign-out", user=user, request=request)


def previous_sign_in(user: User, session: SessionBase) -> SecurityEvent | None:
    """The sign-in before the one that began this session, from whatever device; None if that was the first."""
    before = user.security_events.filter(name=SIGN_IN, pk__lt=session.get(ARRIVAL, 0))
    return before.order_by("-pk").first()
