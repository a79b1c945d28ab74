"""Remembers for a session which acts the account of the stream service may not do: they are not offered again."""

from django.http import HttpRequest
from django.utils import timezone

SECONDS = 600  # an administrator may allow the act meanwhile
KEY = "denied-acts"


def remember(request: HttpRequest, act: str) -> None:
    request.session[KEY] = {**request.session.get(KEY, {}), act: timezone.now().timestamp() + SECONDS}


def acts(request: HttpRequest) -> set[str]:
    """Returns the acts that were denied a short time ago; a clock that was set back makes the time no longer."""
    now = timezone.now().timestamp()
    return {act for act, until in request.session.get(KEY, {}).items() if now < until <= now + SECONDS}
