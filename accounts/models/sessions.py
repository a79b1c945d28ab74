"""Sessions, and why past ones ended."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Session(models.Model):
    """Holds one browser's session. A reader of this table can neither take over a session nor make one.

    `expire_date` is the earlier of `seen` plus the idle limit and `ends`, so one comparison checks both limits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # shown to its owner and in logs
    key_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the cookie: 165 random bits need no salt
    session_data = models.TextField()  # signed with SECRET_KEY
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    auth_hash = models.CharField(max_length=128)  # changes with the password; a copy, for one query over many sessions
    began = models.DateTimeField()  # at sign-in
    seen = models.DateTimeField()  # the owner's last activity, to the minute
    authenticated = models.DateTimeField()  # when the owner last proved their identity
    ends = models.DateTimeField()  # absolute limit, even if in use
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200)  # User-Agent of the browser, cut


class EndedSession(models.Model):
    """Keeps the reason why a session ended other than by its owner's sign-out, so that the sign-in page can say it."""

    key_hash = models.CharField(max_length=64, primary_key=True)  # as in Session
    reason = models.CharField(max_length=30)  # a key of SAYS in accounts/sessions/ended.py
    at = models.DateTimeField(db_index=True)
