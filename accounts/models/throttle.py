"""Failures counted, and the devices that an account knows."""

from django.conf import settings
from django.db import models


class Bucket(models.Model):
    """The failures of a device, an address, or of all others at one account. accounts/throttle/store.py writes it."""

    key = models.CharField(max_length=64, primary_key=True)  # a keyed digest: neither names nor addresses are kept
    kind = models.CharField(max_length=20)  # of accounts.throttle.rules.Kind
    scope = models.CharField(max_length=20)  # of accounts.throttle.rules.Scope
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    streak = models.PositiveIntegerField(default=0)
    recent = models.JSONField(default=list)  # moments, seconds since 1970
    last = models.FloatField(default=0, db_index=True)  # the newest of them


class Device(models.Model):
    """A browser that somebody has signed in on: the cookie's other half."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)  # of the nonce in the cookie
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)  # the newest sign-in
