"""API tokens and access keys: the credentials of scripts and of Kinesis clients."""

from django.conf import settings
from django.db import models

from accounts.access import SCOPES, Grant


class Credential(models.Model):
    """Is the part that tokens and keys have in common. Revoked ones stay, so that a script with one is told."""

    label = models.CharField(max_length=60)  # the owner's name for it
    scopes = models.JSONField()  # names of SCOPES
    streams = models.JSONField(default=list)  # names of streams, or their beginnings with "*"; empty for all
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)  # last use, to the minute
    addresses = models.JSONField(
        default=list
    )  # addresses of its uses, the newest first; at most credentials.REMEMBERED

    class Meta:
        abstract = True

    @property
    def grant(self) -> Grant:
        """Returns its rights."""
        return Grant(frozenset(self.scopes), tuple(self.streams))

    @property
    def allows(self) -> list[str]:
        """Returns its scopes in words."""
        return [words for scope, words in SCOPES.items() if scope in self.scopes]


class ApiToken(Credential):
    """Holds one token; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)  # keyrings.digest of the whole token
    ending = models.CharField(max_length=4)  # its last characters, to tell tokens apart


class AccessKey(Credential):
    """Holds one access key for Signature Version 4, which needs the secret itself, so the secret is kept encrypted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_keys")
    access_key_id = models.CharField(max_length=20, unique=True)  # public: it is part of every signature
    sealed = models.TextField()  # keyrings.encrypt of the secret
