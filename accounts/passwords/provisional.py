"""Passwords that a command printed: to sign in with, and to be replaced by one's own at once (ASVS 5.0 6.4.1).

With DEBUG on they are as good as any: a clone's first dashboard is a password away.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.passwords import generated

if TYPE_CHECKING:  # this module is loaded before the models are
    from accounts.models import User

LASTS = timedelta(hours=72)  # as long as an invitation


def give(user: User, now: datetime) -> str:
    """A new password, in `user`, which is not saved; and its text."""
    password = generated()
    user.set_password(password)
    user.provisional_until = now + LASTS
    return password


def must_be_replaced(user: User) -> bool:
    """Whether they signed in with one, and reach nothing before they have chosen their own."""
    return user.provisional_until is not None and not settings.DEBUG


def outlived(user: User, now: datetime) -> bool:
    """Whether it opens nothing any more."""
    return must_be_replaced(user) and user.provisional_until is not None and user.provisional_until <= now
