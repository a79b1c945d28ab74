"""Makes, checks and revokes display links. A link is shown once; the stored digest opens nothing."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import keyrings
from accounts.models import User
from accounts.sessions.others import Door, Doors
from common.lasting import lasting
from dashboard.boards import access
from dashboard.boards.models import Board, DisplayLink

SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url
PURPOSE = "display-link"
MOST = 50  # valid links of one person
MOST_LABEL = 60  # characters
DAYS = {90: "3 months", 365: "a year", 730: "2 years"}
LONGEST = timedelta(days=max(DAYS))
MINUTE = timedelta(minutes=1)


class TooManyError(Exception):
    """Means that a person has MOST links; the message is a sentence."""


def make(
    board: Board,
    user: int,
    label: str,
    days: int,
    now: datetime,
    random: Callable[[int], str] = secrets.token_urlsafe,
) -> tuple[DisplayLink, str]:
    """Makes a link of 256 random bits. Returns it and its token, which cannot be shown again. Raises TooManyError."""
    if valid(now).filter(user=user).count() >= MOST:
        raise TooManyError(f"You have {MOST} display links: revoke one that you no longer need.")
    token = random(32)
    label = label.strip()[:MOST_LABEL] or board.title[:MOST_LABEL]
    terms = {"label": label, "made": now, "expires": now + timedelta(days=days)}
    digest = keyrings.digest(PURPOSE, token)
    made = DisplayLink.objects.create(board=board, user_id=user, digest=digest, ending=token[-4:], **terms)
    return made, token


def valid(now: datetime) -> QuerySet[DisplayLink]:
    """Returns the links that are neither revoked nor expired, of people who may still sign in."""
    return DisplayLink.objects.filter(lasting("expires", LONGEST, now), revoked=None, user__is_active=True)


def check(token: str, now: datetime) -> Board | None:
    """Returns the board of a token; None for one that is not valid, or whose owner may not see the board any more.

    The time of use is kept to the minute.
    """
    if not SHAPE.fullmatch(token):
        return None
    found = valid(now).filter(digest__in=keyrings.digests(PURPOSE, token)).select_related("board", "user").first()
    if found is None or not access.visible(found.user).filter(pk=found.board_id).exists():
        return None
    if found.used is None or now - found.used > MINUTE:
        DisplayLink.objects.filter(pk=found.pk).update(used=now)
    return found.board


def listed(board: Board, user: int | None) -> QuerySet[DisplayLink]:
    """Returns a person's links to a board that are not revoked, the newest first."""
    return DisplayLink.objects.filter(board=board, user=user, revoked=None).order_by("-pk")


def revoke(number: int, user: int | None, now: datetime) -> DisplayLink | None:
    """Revokes a link of a person; returns it, or None for one that is not theirs."""
    found = DisplayLink.objects.filter(pk=number, user=user, revoked=None).first()
    if found:
        DisplayLink.objects.filter(pk=found.pk).update(revoked=now)
    return found


def _doors(user: User) -> list[Door]:
    found = valid(timezone.now()).filter(user=user).select_related("board").order_by("-pk")
    return [
        Door(
            link.label,
            f"Shows the board {link.board.title} without signing in; its address ends in {link.ending}.",
            link.made,
            link.expires,
            link.used,
            reverse("link-revoke", args=[link.pk]),
        )
        for link in found
    ]


DOORS = Doors(
    "Display links",
    "Each shows one board on a screen without signing in. One that is revoked shows nothing within seconds.",
    _doors,
)
