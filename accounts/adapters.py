"""What allauth does our way: where it leads, whom it lets in, what it says."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import throttle
from accounts.models import User

# One answer for a wrong name, a wrong password, a closed account and too many tries: it tells nobody which.
MISMATCH = (
    "That user name and password do not match, or there were too many tries: check both, wait a few minutes, "
    "or use a passkey or a device that you have signed in on before."
)
INACTIVE = "That passkey was not accepted: try again, or use another way."
NOT_YOURS = "That is not your password, or there were too many tries: check it, or wait a few minutes."


class AccountAdapter(DefaultAccountAdapter):
    """No open sign-up, no addresses but this site's, one answer to whatever is wrong with a name or a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": MISMATCH,
        "incorrect_password": NOT_YOURS,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts are made by invitation

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `next` may lead there: on this host alone, and not to signing in or out.

        allauth's own also trusts every other host that this site answers to.
        """
        here: HttpRequest = context.request
        if not url_has_allowed_host_and_scheme(url, {here.get_host()}, require_https=here.is_secure()):
            return False
        return urlsplit(url).path not in (reverse("sign-in"), reverse("sign-out"))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who the user name and password are of, if there was a try left."""
        verify, spend = super().authenticate, partial(make_password, credentials["password"])
        return throttle.attempt(
            request, credentials["username"], lambda name: verify(request, **credentials | {"username": name}), spend
        )

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether it is the password of somebody who is signed in, if there was a try left."""
        verify, spend = partial(user.check_password, password), partial(make_password, password)
        return bool(throttle.check(context.request, throttle.Kind.CONFIRMATION, user, verify, spend))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begins the session. allauth looks whether the account is active before the second factor; so do we, after."""
        if not user.is_active:
            raise PermissionDenied
        super().login(request, user)
        # All that was asked for has just been shown: for five minutes nothing is asked again.
        for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])[-1:]:
            record["reauthenticated"] = True

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """One page, which knows what to ask for."""
        address = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "Confirm that it is you", "url": address}]

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """The answer of any other passkey that is not accepted. (Passwords of closed accounts come no further.)"""
        messages.error(request, INACTIVE)
        return redirect("sign-in")

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Nothing: our pages say in their own words what was done."""

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Nothing: accounts/events.py tells people what happened to their accounts, by mail too."""
