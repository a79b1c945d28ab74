"""Who may open a page of ours, past being signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.models import User

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> User:
    """Who is signed in; LoginRequiredMiddleware has seen to it that somebody is."""
    assert isinstance(request.user, User)
    return request.user


def confirmed(view: View) -> View:
    """Only for who confirmed within the last minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT) that it is they."""
    guarded: View = reauthentication_required(view)
    return guarded


def discreet(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages whose address is a secret: what they load is told the site alone as its referrer, not the address.

    Not "no-referrer", which would make the Origin of the page's own form "null".
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return guarded


def staff_only(view: View) -> View:
    """Makes a view that answers 403 to people who are not staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person(request).is_staff:
            raise PermissionDenied("Only staff may see this page.")
        return view(request, *args, **kwargs)

    return guarded
