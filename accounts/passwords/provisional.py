"""Passwords that a command printed: the user must replace them directly after signing in (ASVS 5.0 6.4.1).

With DEBUG on they need no replacement, so that a fresh clone's first dashboard is one password away.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.passwords import generated
from common.lasting import has_ended

if TYPE_CHECKING:  # this module is loaded before the models are
    from accounts.models import User

LASTS = timedelta(hours=72)  # as long as an invitation


def give(user: User, now: datetime) -> str:
    """Sets a new generated password on `user` without saving, and returns its text."""
    password = generated()
    user.set_password(password)
    user.provisional_until = now + LASTS
    return password


def must_be_replaced(user: User) -> bool:
    """Returns whether the user's password is provisional: they can open no other page before they choose their own."""
    return user.provisional_until is not None and not settings.DEBUG


def outlived(user: User, now: datetime) -> bool:
    """Returns whether the user's provisional password has expired."""
    until = user.provisional_until
    return until is not None and must_be_replaced(user) and has_ended(until, LASTS, now)
