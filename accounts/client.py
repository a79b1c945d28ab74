"""Where a request comes from, as every database and log takes it."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from django.http import HttpRequest

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")  # nginx' $request_id is 32 hexadecimal digits
SESSION_ID = "millrace_session_id"  # in a session: the UUID that it is shown by


def address(text: str) -> str | None:
    """An IP address in its usual form, or None for what is not one (a unix socket has none)."""
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def device(agent: str) -> str:
    """The User-Agent without control characters, cut to what SecurityEvent.device holds."""
    return "".join(filter(str.isprintable, agent))[:200]


class Origin(NamedTuple):
    """Where a request came from, as values that stay when the request is gone.

    `session` is the id that the session is shown by, `request` the number that nginx gave the request, "" for none.
    """

    address: str | None = None
    device: str = ""
    session: str | None = None
    request: str = ""

    def stored(self) -> dict[str, Any]:
        """The columns of a SecurityEvent."""
        return {"address": self.address, "device": self.device, "session": self.session}


NOWHERE = Origin()


def of(request: HttpRequest | None) -> Origin:
    """Where the request came from; NOWHERE for none, as of a command."""
    if request is None:
        return NOWHERE
    session = getattr(request, "session", None)
    number = request.headers.get("X-Request-ID", "")
    return Origin(
        address(request.META.get("REMOTE_ADDR", "")),
        device(request.META.get("HTTP_USER_AGENT", "")),
        session.get(SESSION_ID) if session is not None else None,
        number if REQUEST_ID.fullmatch(number) else "",
    )
