"""Adapts allauth's account flows: where they lead, which users they let in, what they answer."""

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

# A wrong name, a wrong password, a closed account and too many tries get the same answer, so that it reveals nothing.
MISMATCH = (
    "That user name and password do not match, or there were too many tries: check both, wait a few minutes, "
    "or use a passkey or a device that you have signed in on before."
)
INACTIVE = "That passkey was not accepted: try again, or use another way."
NOT_YOURS = "That is not your password, or there were too many tries: check it, or wait a few minutes."


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up, keeps redirects on this site, and gives one answer to a wrong name and a wrong password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": MISMATCH,
        "incorrect_password": NOT_YOURS,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts are made by invitation

    def is_safe_url(self, url: str | None) -> bool:
        """Returns whether `next` may lead to the address: it is on this host, and is neither sign-in nor sign-out.

        allauth's own method also trusts every other host that this site answers to.
        """
        here: HttpRequest = context.request
        if not url_has_allowed_host_and_scheme(url, {here.get_host()}, require_https=here.is_secure()):
            return False
        return urlsplit(url).path not in (reverse("sign-in"), reverse("sign-out"))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Returns the user with this name and password; None if either is wrong or the throttle has no try left."""
        verify, spend = super().authenticate, partial(make_password, credentials["password"])
        return throttle.attempt(
            request, credentials["username"], lambda name: verify(request, **credentials | {"username": name}), spend
        )

    def reauthenticate(self, user: User, password: str) -> bool:
        """Returns whether the signed-in user has this password; False also if the throttle has no try left."""
        verify, spend = partial(user.check_password, password), partial(make_password, password)
        return bool(throttle.check(context.request, throttle.Kind.CONFIRMATION, user, verify, spend))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begins the session. Raises PermissionDenied for an account that was closed during the second factor.

        allauth checks that the account is active before the second factor alone.
        """
        if not user.is_active:
            raise PermissionDenied
        super().login(request, user)
        # The user has just given every factor, so no page asks for a fresh proof for five minutes.
        for record in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])[-1:]:
            record["reauthenticated"] = True

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """Names the confirm page as the only method. The page chooses between passkey, password and code."""
        address = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "Confirm that it is you", "url": address}]

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Answers as for any passkey that is not accepted. (A closed account's password fails before this.)"""
        messages.error(request, INACTIVE)
        return redirect("sign-in")

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Adds no message: our views say in their own words that something was done."""

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Sends no mail: accounts/mail.py sends the notices of accounts/events.py."""
