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


def staff_only(view: View) -> View:
    """Makes a view that answers 403 to people who are neither operators nor administrators."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not person(request).is_staff:
            raise PermissionDenied("Only staff may see this page.")
        return view(request, *args, **kwargs)

    return guarded


def administrators_only(view: View) -> View:
    """Makes a view that answers 403 to people who are not administrators."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person(request).role != roles.ADMINISTRATOR:
            raise PermissionDenied("Only administrators may see this page.")
        return view(request, *args, **kwargs)

    return guarded
