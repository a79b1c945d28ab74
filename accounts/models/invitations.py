"""Invitations to make an account: there is no open sign-up."""

from django.conf import settings
from django.db import models

from accounts import roles


class Invitation(models.Model):
    """Holds a link that makes one account, once, within 72 hours. Only a keyed digest of its secret is kept."""

    username = models.CharField(max_length=150)  # chosen by the person who invites; the guest cannot change it
    email = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)  # this and the next: the role of the account, as of a user
    is_superuser = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # when it was accepted, or withdrawn by a newer one
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="accounts_invitation_end")]

    @property
    def role(self) -> str:
        """Returns the role of the account to be, a name of accounts/roles.py."""
        return roles.of(self)
