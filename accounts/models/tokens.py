"""API tokens, with which scripts read."""

from django.conf import settings
from django.db import models

SCOPES = {"read:dashboards": "Read what the dashboards show, as CSV and JSON"}


class ApiToken(models.Model):
    """Holds one token; only its digest is kept. Revoked tokens stay, so that a script that still sends one is told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=60)  # the owner's name for it
    digest = models.CharField(max_length=64, unique=True)  # keyrings.digest of the whole token
    ending = models.CharField(max_length=4)  # its last characters, to tell tokens apart
    scopes = models.JSONField()  # names of SCOPES
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)  # last use, to the minute
    addresses = models.JSONField(default=list)  # addresses of its uses, the newest first; at most tokens.REMEMBERED

    @property
    def allows(self) -> list[str]:
        """Returns its scopes in words."""
        return [SCOPES.get(scope, scope) for scope in self.scopes]
