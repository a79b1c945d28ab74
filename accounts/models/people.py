"""The user of Millrace."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Our own from the first migration, so that it can grow."""

    # When a password ends that a command printed; none, once it is one's own: accounts/passwords/provisional.py
    provisional_until = models.DateTimeField(null=True, blank=True)
