"""Guards for pages: what a view requires beyond a signed-in user."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import roles
from accounts.models import User

View = Callable[..., HttpResponseBase]


def person(request: HttpRequest) -> User:
    """Returns the signed-in user. LoginRequiredMiddleware makes sure that there is one."""
    assert isinstance(request.user, User)
    return request.user


def confirmed(view: View) -> View:
    """Requires that the user proved their identity within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    guarded: View = reauthentication_required(view)
    return guarded


def discreet(view: View) -> View:
    """Sends the site alone as referrer, for pages with a secret in their address.

    "no-referrer" would make the Origin of the page's own form "null".
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return guarded


def only(allowed: Callable[[User], bool], refusal: str) -> Callable[[View], View]:
    """Returns a decorator: a view answers 403 with the sentence `refusal` to users who are not allowed."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not allowed(person(request)):
                raise PermissionDenied(refusal)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def has_right(permission: str) -> Callable[[User], bool]:
    """Returns a function: whether a user is staff, or an administrator gave the user this permission."""
    return lambda user: user.is_active and (user.is_staff or user.has_perm(permission))


staff_only = only(lambda user: user.is_staff, "Only staff may see this page.")  # operators and administrators
administrators_only = only(lambda user: user.role == roles.ADMINISTRATOR, "Only administrators may see this page.")
