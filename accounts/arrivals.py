"""What happens when somebody signs in, by whatever door: the session gets its end, the sign-in is written down."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:  # this module is loaded before the models are
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

    from accounts.models import SignIn, User

SIGN_IN = "sign_in"  # in the session: which SignIn began it


def welcome(request: HttpRequest, user: User, **_: object) -> None:
    """The receiver of user_logged_in."""
    now = timezone.now()
    # A moment, not a number of seconds: the session ends then, however busy it was.
    request.session.set_expiry(now + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    sign_in = user.sign_ins.create(
        at=now,
        address=address(request.META.get("REMOTE_ADDR", "")),
        device=device(request.META.get("HTTP_USER_AGENT", "")),
    )
    request.session[SIGN_IN] = sign_in.pk


def previous(user: User, session: SessionBase) -> SignIn | None:
    """The sign-in before the one that began this session, from whatever device; None if that was the first."""
    return user.sign_ins.filter(pk__lt=session[SIGN_IN]).order_by("-pk").first()


def address(text: str) -> str | None:
    """An IP address as every database takes it, or None for what is not one (a unix socket has none)."""
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def device(agent: str) -> str:
    """The User-Agent without control characters, cut to what SignIn.device holds."""
    return "".join(filter(str.isprintable, agent))[:200]
