"""The user of Millrace."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains, Exact


class User(AbstractUser):
    """Our own from the first migration, so that it can grow."""

    # When a password ends that a command printed; none, once it is one's own: accounts/passwords/provisional.py
    provisional_until = models.DateTimeField(null=True, blank=True)


def in_any_case(field: str, text: str) -> QuerySet[User]:
    """Whose field is this text. (With a binary collation, which we ask for, MariaDB's iexact tells case apart.)"""
    return User.objects.filter(Exact(Lower(field), Lower(Value(text))))


def holding(field: str, text: str) -> QuerySet[User]:
    """Whose field holds this text, in any case."""
    return User.objects.filter(Contains(Lower(field), Lower(Value(text))))
