"""The user of Millrace."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, Exact

from accounts import names


class User(AbstractUser):
    """Our own from the first migration, so that it can grow."""

    username = models.CharField(  # as Django's own, and in one form and one alphabet besides
        "username",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator(), names.validate],
        error_messages={"unique": "A user with that username already exists."},
    )
    # Of accounts/names.py; unique, so that of two accounts of alike names made at once the database refuses one.
    # None for an account of before this column whose name is like one that an older account has.
    likeness = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # When a password ends that a command printed; none, once it is one's own: accounts/passwords/provisional.py
    provisional_until = models.DateTimeField(null=True, blank=True)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises IntegrityError for a new account whose name is like that of another."""
        if self._state.adding:
            self.likeness = names.likeness(self.username)
        super().save(*args, **kwargs)


def in_any_case(field: str, text: str) -> QuerySet[User]:
    """Whose field is this text. (With a binary collation, which we ask for, MariaDB's iexact tells case apart.)"""
    return User.objects.filter(Exact(Lower(field), Lower(Value(text))))


def named(text: str) -> QuerySet[User]:
    """Accounts whose name is this text, or can be mistaken for it. One query."""
    in_any = Q(Exact(Lower("username"), Lower(Value(names.plain(text)))))
    return User.objects.filter(Q(username=text) | Q(likeness=names.likeness(text)) | in_any)


def holding(field: str, text: str) -> QuerySet[User]:
    """Whose field holds this text, in any case."""
    return User.objects.filter(Contains(Lower(field), Lower(Value(text))))
