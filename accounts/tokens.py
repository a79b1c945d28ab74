"""Makes, checks and revokes API tokens. A token is shown once; the stored digest opens nothing.

A token opens no more than a session of its owner would: while its owner must add a second factor, or replace a password
that a command printed, it is refused. A new password by link or by command revokes all tokens of the account.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import events, factors, keyrings
from accounts.models import ApiToken, User
from accounts.models.tokens import SCOPES

PREFIX = "mlr_"  # so that scanners of repositories and logs find one that was left there
SHAPE = re.compile(r"mlr_[A-Za-z0-9_-]{43}")  # 32 bytes in base64url
DAYS, MOST_DAYS = 90, 365  # a token lives so long unless told otherwise; at most
MOST = 25  # valid tokens of a user
USED_EVERY = timedelta(minutes=1)  # at most one write a minute for a token in use
REMEMBERED = 20  # addresses kept of a token


class TooManyError(ValueError):
    """Says that the user already has MOST valid tokens."""


class Refused(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """Says that a token was refused. `reason` is a word for the log; the message is a sentence for the sender."""

    def __init__(self, reason: str, sentence: str, token: ApiToken | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.token = token


def make(
    user: User,
    label: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
    random: Callable[[int], str] = secrets.token_urlsafe,
) -> tuple[ApiToken, str]:
    """Makes a token of 256 random bits. Returns it and its text, which cannot be shown again. Raises TooManyError."""
    if not 1 <= days <= MOST_DAYS or not set(scopes) <= SCOPES.keys():
        raise ValueError(f"{days} days for {list(scopes)}")
    if living(user, now).count() >= MOST:
        raise TooManyError(f"You have {MOST} tokens: revoke one that you no longer need.")
    text = PREFIX + random(32)
    token = ApiToken.objects.create(
        user=user,
        label=label,
        digest=_digest(text),
        ending=text[-4:],
        scopes=sorted(scopes),
        made=now,
        expires=now + timedelta(days=days),
    )
    return token, text


def listed(user: User) -> QuerySet[ApiToken]:
    """Returns the tokens that are not revoked, expired ones included, newest first."""
    return user.api_tokens.filter(revoked=None).order_by("-pk")


def living(user: User, now: datetime) -> QuerySet[ApiToken]:
    """Returns the tokens of a user that are neither revoked nor expired."""
    return listed(user).filter(expires__gt=now)


def revoke(tokens: QuerySet[ApiToken], now: datetime) -> int:
    """Revokes the tokens. Returns the number that were valid."""
    return tokens.filter(revoked=None).update(revoked=now)


def revoke_all(user: User, reason: str, now: datetime, request: HttpRequest | None = None, *, by: str = "") -> int:
    """Revokes the valid tokens of a user, with one event for all of them. Returns their number."""
    count = revoke(living(user, now), now)
    if count:
        facts = {"by": by} if by else {}
        events.record("tokens.revoked", user=user, request=request, reason=reason, count=count, **facts)
    return count


def check(text: str, scope: str, now: datetime) -> ApiToken:
    """Returns the valid token with this text and scope. Raises Refused.

    It takes one query, none for malformed text; one more for an account that must have a second factor, and one more
    if the ring has a new key, under which the digest is stored anew.
    """
    token = _find(text)
    if token is None:
        raise Refused("unknown", "This token is not known here: check that all of it was copied.")
    if token.revoked:
        raise Refused("revoked", "This token has been revoked: make a new one.", token)
    if token.expires <= now:
        raise Refused("expired", f"This token expired on {token.expires:%Y-%m-%d}: make a new one.", token)
    if not token.user.is_active:
        raise Refused("deactivated", "The account of this token is deactivated.", token)
    if needed := factors.needed(token.user):
        says = f"This token rests: {needed}. Its owner must sign in and see to that first."
        raise Refused(needed, says, token)
    if scope not in token.scopes:
        raise Refused("scope", f"This token does not have the scope {scope}: make one that has.", token)
    if token.digest != (digest := _digest(text)):
        ApiToken.objects.filter(pk=token.pk, digest=token.digest).update(digest=digest)
    return token


def note_use(token: ApiToken, address: str | None, now: datetime) -> bool:
    """Writes down the use of a token, at most once a minute for a known address. Returns whether the address is new."""
    is_new = address is not None and address not in token.addresses
    if not is_new and token.used and now - token.used < USED_EVERY:
        return False
    addresses = [address, *token.addresses][:REMEMBERED] if is_new else token.addresses
    lately = Q(used=None) | Q(used__lte=now - USED_EVERY)
    rows = ApiToken.objects.filter(pk=token.pk) if is_new else ApiToken.objects.filter(lately, pk=token.pk)
    rows.update(used=now, addresses=addresses)
    return is_new and bool(token.addresses)


def _find(text: str) -> ApiToken | None:
    if not SHAPE.fullmatch(text):
        return None
    return ApiToken.objects.select_related("user").filter(digest__in=keyrings.digests("api-token", text)).first()


def _digest(text: str) -> str:
    return keyrings.digest("api-token", text)
