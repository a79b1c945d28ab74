"""Receivers that end a session or change its key."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.sessions.registry import end_all, store


def deactivated(instance: User, created: bool, **_: Any) -> None:  # noqa: FBT001 - a signal's signature
    """Handles `post_save`: ends the sessions of a deactivated user."""
    if not created and not instance.is_active:
        end_all(instance, "deactivated")


def deleted(instance: User, **_: Any) -> None:
    """Handles `pre_delete`, while the sessions still exist and can be logged."""
    end_all(instance, "deleted")


def proved(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """Handles allauth's `authentication_step_completed`; another module begins the session of a sign-in."""
    if reauthenticated:
        store(request).proved(timezone.now())
