"""Accounts to be: there is no open sign-up."""

from django.conf import settings
from django.db import models


class Invitation(models.Model):
    """A link that makes one account, once, within 72 hours. Only a digest, keyed, of its secret is kept."""

    username = models.CharField(max_length=150)  # fixed by whoever invites
    email = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # accepted, or withdrawn by the one that took its place
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="accounts_invitation_end")]
