"""Decides which people may ask questions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.guards import person
from accounts.models import User

PERMISSION = "archive.ask"
View = Callable[..., HttpResponseBase]


def may_ask(user: User) -> bool:
    """Returns whether a user may ask questions: staff, and those to whom an administrator gave it."""
    return user.is_active and (user.is_staff or user.has_perm(PERMISSION))


def askers_only(view: View) -> View:
    """Makes a view that answers 403 to people who may not ask questions."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_ask(person(request)):
            raise PermissionDenied("Only people who may ask questions may see this page.")
        return view(request, *args, **kwargs)

    return guarded
