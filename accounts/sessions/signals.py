"""Receivers: what else ends a session, or gives it another key."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.sessions.registry import end_all, store


def deactivated(instance: User, created: bool, **_: Any) -> None:  # noqa: FBT001 - a signal's signature
    """The receiver of post_save."""
    if not created and not instance.is_active:
        end_all(instance, "deactivated")


def deleted(instance: User, **_: Any) -> None:
    """The receiver of pre_delete, while there still are sessions to tell of."""
    end_all(instance, "deleted")


def proved(request: HttpRequest, *, reauthenticated: bool = False, **_: Any) -> None:
    """The receiver of allauth's authentication_step_completed; a sign-in begins its session elsewhere."""
    if reauthenticated:
        store(request).proved(timezone.now())
