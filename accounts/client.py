"""Reads the client of a request (address, device, session, request id) in a form that every database and log takes."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from django.http import HttpRequest

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")  # nginx' $request_id is 32 hexadecimal digits
SESSION_ID = "millrace_session_id"  # session key: the session's public UUID


def address(text: str) -> str | None:
    """Returns an IP address in its usual form; None for other text (a unix socket has no address)."""
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def device(agent: str) -> str:
    """Returns the User-Agent without control characters, cut to the 200 characters of SecurityEvent.device."""
    return "".join(filter(str.isprintable, agent))[:200]


class Origin(NamedTuple):
    """Holds the client of a request as values that outlive the request.

    `session` is the session's public id; `request` is nginx' number of the request, "" if there is none.
    """

    address: str | None = None
    device: str = ""
    session: str | None = None
    request: str = ""

    def stored(self) -> dict[str, Any]:
        """Returns the columns of a SecurityEvent."""
        return {"address": self.address, "device": self.device, "session": self.session}


NOWHERE = Origin()


def of(request: HttpRequest | None) -> Origin:
    """Returns the Origin of the request; NOWHERE if there is no request, as in a command."""
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
