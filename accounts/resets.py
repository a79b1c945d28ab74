"""Sends and redeems links for a new password: by mail, for one hour, once. Nobody sets a password for somebody else.

A reset begins the account anew: its sessions end, its tokens and access keys are revoked, and wrong guesses are
forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from threading import Thread

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import connections
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import client, credentials, events, sessions, throttle
from accounts.client import Origin
from accounts.models import User, in_any_case
from accounts.throttle.attempts import find

SUBJECT = "Millrace: set a new password"
TEXT = """Somebody, probably you, asked for a new password for the Millrace account of {name}.

Set it here, within an hour; the link works once:

{link}

If it was not you, do nothing: the password stays as it is.
"""


def ask(request: HttpRequest, typed: str) -> None:
    """Mails a link to the user with this name or e-mail address. The answer never shows whether there is one."""
    users = [user for user in _meant(typed) if throttle.may_send_reset(request, user.get_username())]
    if not users:
        throttle.may_send_reset(request, typed)
    origin = client.of(request)  # now: the server empties the request once it is answered
    later(lambda: _send_all(users, origin))


def send(user: User, request: HttpRequest | Origin, *, by: str = "") -> bool:
    """Mails the link at once. Returns False if the mail could not be sent. `by`: the administrator who started it."""
    if not settings.MAIL_CONFIGURED or not user.email or not user.is_active:
        return False
    facts = {"by": by} if by else {}
    words = TEXT.format(name=user.get_username(), link=settings.SITE_URL + path(user))
    try:
        send_mail(SUBJECT, words, None, [user.email])
    except (OSError, ValueError) as error:  # as in accounts/mail.py
        events.record("mail.failed", user=user, about="password.reset-sent", error=type(error).__name__)
        return False
    events.record("password.reset-sent", user=user, request=request, **facts)
    return True


def path(user: User) -> str:
    """Returns the address of the page on which this user sets a password."""
    return reverse(
        "account_reset_password_from_key",
        args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
    )


def spend(user: User, password: str, request: HttpRequest) -> bool:
    """Sets the new password by a link that was valid for `user` as loaded. Returns False if another request was faster.

    The link is bound to the previous password, so the UPDATE that replaces this password also spends the link.
    """
    before = user.password
    user.set_password(password)
    new = {"password": user.password, "provisional_until": None}
    if not User.objects.filter(pk=user.pk, password=before).update(**new):
        return False
    user.provisional_until = None
    throttle.clear(user)  # guesses at the old password do not concern the new one
    events.record("password.reset", user=user, request=request)
    sessions.end_all(user, "password reset", request)
    credentials.revoke_all(user, "password reset", timezone.now(), request)
    return True


def later(work: Callable[[], None]) -> None:
    """Runs `work` in a thread, so that the duration of the answer does not reveal which accounts exist."""
    Thread(target=partial(_alone, work), daemon=True).start()


def _alone(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()


def _send_all(users: Iterable[User], origin: Origin) -> None:
    for user in users:
        send(user, origin)


def _meant(typed: str) -> list[User]:
    """Returns the user of that name, or else all users with that e-mail address."""
    named = find(typed)
    if named or "@" not in typed:
        return [named] if named else []
    return list(in_any_case("email", typed.strip()).filter(is_active=True)[:5])
