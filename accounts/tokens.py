"""Makes, checks and revokes API tokens. A token is shown once; the stored digest opens nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts import credentials, keyrings
from accounts.access import Grant
from accounts.credentials import DAYS, MOST, MOST_DAYS, REMEMBERED, Refused, TooManyError, note_use, revoke
from accounts.models import ApiToken, User

__all__ = ["DAYS", "MOST", "MOST_DAYS", "REMEMBERED", "Refused", "TooManyError", "note_use", "revoke"]

PREFIX = "mlr_"  # scanners of repositories and logs find a token by it
SHAPE = re.compile(r"mlr_[A-Za-z0-9_-]{43}")  # 32 bytes in base64url


def make(
    user: User,
    label: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
    random: Callable[[int], str] = secrets.token_urlsafe,
    *,
    streams: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """Makes a token of 256 random bits, for the named streams or, without names, for all.

    Returns it and its text, which cannot be shown again. Raises TooManyError.
    """
    terms = credentials.terms(label, scopes, streams, days, now)
    if valid(user, now).count() >= MOST:
        raise TooManyError(f"You have {MOST} tokens: revoke one that you no longer need.")
    text = PREFIX + random(32)
    return ApiToken.objects.create(user=user, digest=_digest(text), ending=text[-4:], **terms), text


def listed(user: User) -> QuerySet[ApiToken]:
    """Returns the tokens that are not revoked, expired ones included, newest first."""
    return user.api_tokens.filter(revoked=None).order_by("-pk")


def valid(user: User, now: datetime) -> QuerySet[ApiToken]:
    """Returns the tokens of a user that are neither revoked nor expired."""
    return credentials.valid(listed(user), now)


def check(text: str, scope: str, now: datetime, stream: str = "") -> ApiToken:
    """Returns the valid token with this text and scope, for this stream where the scope is about one. Raises Refused.

    It takes one query, none for malformed text; one more for an account that must have a second factor, and one more
    if the ring has a new key, under which the digest is stored anew.
    """
    token = _find(text)
    if token is None:
        raise Refused("unknown", "This token is not known here: check that all of it was copied.")
    if (found := credentials.state(token, token.user, now)) != credentials.ACTIVE:
        raise Refused(found, credentials.sentence(found, token, "token"), token)
    _check_scope(token.grant, scope, stream, token)
    if token.digest != (digest := _digest(text)):
        ApiToken.objects.filter(pk=token.pk, digest=token.digest).update(digest=digest)
    return token


def _check_scope(grant: Grant, scope: str, stream: str, token: ApiToken) -> None:
    if not grant.has(scope):
        raise Refused("scope", f"This token does not have the scope {scope}: make one that has.", token)
    if not grant.allows(scope, stream):
        raise Refused("stream", "This token is limited to other streams: make one for this stream.", token)


def _find(text: str) -> ApiToken | None:
    if not SHAPE.fullmatch(text):
        return None
    return ApiToken.objects.select_related("user").filter(digest__in=keyrings.digests("api-token", text)).first()


def _digest(text: str) -> str:
    return keyrings.digest("api-token", text)
