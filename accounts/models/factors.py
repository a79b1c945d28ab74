"""Second factors, as far as allauth's own table does not keep them."""

from django.conf import settings
from django.db import models


class TotpUse(models.Model):
    """The newest code that an authenticator app was believed; no code is believed twice, nor one before it."""

    authenticator = models.OneToOneField("mfa.Authenticator", on_delete=models.CASCADE, related_name="+")
    last_counter = models.BigIntegerField(default=-1)  # of RFC 6238: steps of 30 s since 1970


class RecoveryCode(models.Model):
    """A code of those that are printed for the day the phone is lost. Only a digest, keyed, of the code is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
