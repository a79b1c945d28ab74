"""The user of Millrace."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Our own from the first migration, so that it can grow."""

    provisional_until = models.DateTimeField(
        null=True
    )  # of a password that a command printed: passwords/provisional.py
