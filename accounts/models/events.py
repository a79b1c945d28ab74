"""What happened to an account, as its owner may read it."""

from django.conf import settings
from django.db import models


class SecurityEvent(models.Model):
    """One line of a person's history; accounts/events.py writes it. Goes when the person is deleted; the log stays."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_events")
    at = models.DateTimeField()
    name = models.CharField(max_length=50)  # of accounts/event_types.py
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200)  # the browser's own words (User-Agent), cut
    session = models.UUIDField(null=True)  # the id that sessions are shown by, never their key
    facts = models.JSONField(default=dict)
    notice = models.BooleanField(default=False)  # one that its owner must see
    seen_at = models.DateTimeField(null=True)  # when they said that they had

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="accounts_event_history"),
            models.Index(fields=["user", "name", "-id"], name="accounts_event_of_a_name"),
        ]
