"""Counted failures, and the devices that an account knows."""

from django.conf import settings
from django.db import models


class Bucket(models.Model):
    """Counts the failures of a device, of an address, or of all others at one account; accounts/throttle/store.py."""

    key = models.CharField(max_length=64, primary_key=True)  # a keyed digest: neither names nor addresses are kept
    kind = models.CharField(max_length=20)  # an accounts.throttle.rules.Kind
    scope = models.CharField(max_length=20)  # an accounts.throttle.rules.Scope
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    streak = models.PositiveIntegerField(default=0)
    recent = models.JSONField(default=list)  # times of failures, seconds since 1970
    last = models.FloatField(default=0, db_index=True)  # the newest of them


class Device(models.Model):
    """Holds a browser that a user has signed in on: the counterpart of its cookie."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)  # digest of the nonce in the cookie
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)  # the newest sign-in
