"""Sockets are opened by our own pages only (OWASP ASVS 5.0, 4.4.2)."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[..., Awaitable[Any]]


class SameOrigin:
    """Refuses a socket whose Origin is not the scheme, host and port that it asks for; a missing one, too.

    Channels' AllowedHostsOriginValidator looks neither at the scheme nor at the port.
    """

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], *channels: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        allowed = is_ours(headers.get(b"origin", ""), headers.get(b"host", ""))
        return await (self.inner if allowed else WebsocketDenier())(scope, *channels)


def is_ours(origin: str, host: str) -> bool:
    """Over plain HTTP only where the session's cookie goes that way, too. CSRF_TRUSTED_ORIGINS may name others."""
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    own = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return (own and origin in [f"{scheme}://{host}".lower() for scheme in schemes]) or (
        origin in settings.CSRF_TRUSTED_ORIGINS
    )
