"""The user model, and look-ups by name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, Exact

from accounts import names, roles


class User(AbstractUser):
    """Extends Django's user. The project has its own model from the first migration on, so that it can grow."""

    username = models.CharField(  # like Django's, but in one Unicode form and one alphabet
        "username",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator(), names.validate],
        error_messages={"unique": "A user with that username already exists."},
    )
    # From accounts/names.py. Unique, so that the database refuses one of two look-alike accounts made at once.
    # None for an account older than this column if its name looks like the name of an even older account.
    likeness = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # When a generated password expires; None once the user has chosen their own (accounts/passwords/provisional.py).
    provisional_until = models.DateTimeField(null=True, blank=True)

    @property
    def role(self) -> str:
        """Returns the user's role, a name of accounts/roles.py."""
        return roles.of(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the user. Raises IntegrityError for a new account with a name that looks like another's."""
        if self._state.adding:
            self.likeness = names.likeness(self.username)
        super().save(*args, **kwargs)


def in_any_case(field: str, text: str) -> QuerySet[User]:
    """Returns the users with this text in the field, in any case.

    It compares lower-case forms, because with the binary collation that we ask for, MariaDB's iexact is case-sensitive.
    """
    return User.objects.filter(Exact(Lower(field), Lower(Value(text))))


def named(text: str) -> QuerySet[User]:
    """Returns the accounts with this name or a name that can be mistaken for it. One query."""
    in_any = Q(Exact(Lower("username"), Lower(Value(names.plain(text)))))
    return User.objects.filter(Q(username=text) | Q(likeness=names.likeness(text)) | in_any)


def containing(field: str, text: str) -> QuerySet[User]:
    """Returns the users with a field that contains this text, in any case."""
    return User.objects.filter(Contains(Lower(field), Lower(Value(text))))
