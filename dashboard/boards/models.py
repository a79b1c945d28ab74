"""Stores boards, the texts that they had before, and the display links that show them."""

from django.conf import settings
from django.db import models

from dashboard.boards.spec import MOST_TITLE

MOST_SLUG = 64


class Board(models.Model):
    """Stores a board. Its text says everything that it shows."""

    OWNER, EVERYBODY, PUBLIC = "owner", "everybody", "public"
    SEEN_BY = {OWNER: "only me", EVERYBODY: "everybody who is signed in", PUBLIC: "anyone, without signing in"}

    slug = models.CharField(max_length=MOST_SLUG, unique=True)
    title = models.CharField(max_length=MOST_TITLE)  # as the text says it
    text = models.TextField()
    # None: made by a command, or the owner's account is gone. Then staff may change it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="boards")
    seen_by = models.CharField(max_length=9, default=EVERYBODY)  # a key of SEEN_BY
    version = models.PositiveIntegerField(default=1)  # grows with each change
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title


class BoardText(models.Model):
    """Stores a text that a board had before; the newest is that to which undo leads."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="texts")
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)


class DisplayLink(models.Model):
    """Stores a link that shows one board without signing in; only the digest of its token is kept."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="display_links")
    label = models.CharField(max_length=60)  # where it is shown
    digest = models.CharField(max_length=64, unique=True)  # keyrings.digest of the token
    ending = models.CharField(max_length=4)  # the token's last characters, to tell links apart
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)  # to the minute
