"""The user of Millrace, and the record of their sign-ins."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Our own from the first migration, so that it can grow."""


class SignIn(models.Model):
    """One successful sign-in; what the success page shows of the one before."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200)  # the browser's own words (User-Agent), cut

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["user", "-at"])]
