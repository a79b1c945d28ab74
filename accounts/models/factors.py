"""Rows for second factors, beside allauth's own table."""

from django.conf import settings
from django.db import models


class TotpUse(models.Model):
    """Holds the newest code accepted from an authenticator app. No code is accepted twice, nor an older one."""

    authenticator = models.OneToOneField("mfa.Authenticator", on_delete=models.CASCADE, related_name="+")
    last_counter = models.BigIntegerField(default=-1)  # of RFC 6238: steps of 30 s since 1970


class RecoveryCode(models.Model):
    """Holds a code to print for the day when the phone is lost. Only a keyed digest of the code is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
