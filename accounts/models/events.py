"""The history of an account, as its owner may read it."""

from django.conf import settings
from django.db import models


class SecurityEvent(models.Model):
    """Holds one line of a user's history; accounts/events.py writes it. Deleted with the user; the log stays."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_events")
    at = models.DateTimeField()
    name = models.CharField(max_length=50)  # a name of accounts/event_types.py
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200)  # User-Agent of the browser, cut
    session = models.UUIDField(null=True)  # the public id of the session, never its key
    facts = models.JSONField(default=dict)
    notice = models.BooleanField(default=False)  # shown until the owner acknowledges it
    seen_at = models.DateTimeField(null=True)  # when the owner acknowledged the notice

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="accounts_event_history"),
            models.Index(fields=["user", "name", "-id"], name="accounts_event_of_a_name"),
        ]


class FailedSignIns(models.Model):
    """Counts the sign-ins of a kind that failed at an account since its last sign-in; accounts/failed_sign_ins.py.

    Names without an account share rows of their own, so that a count takes as long and reveals no account.
    """

    key = models.CharField(max_length=64, primary_key=True)  # the kind, and the account or the group of names
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="failed_sign_ins"
    )
    kind = models.CharField(max_length=20)  # an accounts.throttle.rules.Kind
    count = models.PositiveIntegerField(default=0)
    held = models.BooleanField(default=False)  # further guesses were refused, and their secrets were not looked at
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
