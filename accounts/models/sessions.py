"""The sessions there are."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Session(models.Model):
    """One browser's session. Who reads this table can neither take a session over nor make one.

    `expire_date` is the earlier of `seen` plus the idle limit and `ends`, so one comparison holds both limits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # shown to its owner and in logs
    key_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the cookie: 165 random bits need no salt
    session_data = models.TextField()  # signed with SECRET_KEY
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions")
    auth_hash = models.CharField(max_length=128)  # ends with the password; a copy, so that many are checked at once
    began = models.DateTimeField()  # at sign-in
    seen = models.DateTimeField()  # when its owner last did something, to the minute
    authenticated = models.DateTimeField()  # when they last proved who they are
    ends = models.DateTimeField()  # however busy
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200)  # the browser's own words (User-Agent), cut


class EndedSession(models.Model):
    """Why a session ended that its owner did not end by signing out, so that the sign-in page can say it."""

    key_hash = models.CharField(max_length=64, primary_key=True)  # as the session's
    reason = models.CharField(max_length=30)  # of accounts/sessions/ended.py
    at = models.DateTimeField(db_index=True)
