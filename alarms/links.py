"""Makes the addresses in messages: of an episode's page, and of the link by which a receiver acknowledges.

The token of that link names the episode and the target. It needs no sign-in, so it can do nothing but acknowledge this
one episode, and nothing once that is acknowledged or over.
"""

import base64
import hashlib
import hmac
from functools import cache

from django.conf import settings
from django.core.signing import BadSignature, Signer

PAGE = "/alarms/episodes/"
ACKNOWLEDGE = "/alarms/acknowledge/"
_SALT = "alarms.acknowledge"


@cache
def _signer() -> Signer:
    return Signer(salt=_SALT)


def page(episode: str) -> str:
    """Returns the address of an episode's page."""
    return f"{settings.SITE_URL}{PAGE}{episode}/"


def acknowledge(episode: str, target: int) -> str:
    """Returns the address that acknowledges an episode for a target. It is the same in each attempt and message."""
    return f"{settings.SITE_URL}{ACKNOWLEDGE}{_signed(f'{episode}.{target}')}/"


def _signed(value: str) -> str:
    """Returns the value as `_signer().sign` does, which makes the key of the HMAC anew for each value."""
    digest = hmac.digest(_key(), value.encode(), "sha256")
    return f"{value}:{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@cache
def _key() -> bytes:
    return hashlib.sha256(f"{_SALT}signer{settings.SECRET_KEY}".encode()).digest()


def opened(token: str) -> tuple[str, int] | None:
    """Returns the name of the episode and the id of the target, or None for a token that this site never made."""
    try:
        episode, _, target = _signer().unsign(token).partition(".")
        return episode, int(target)
    except (BadSignature, ValueError):
        return None
