"""Lets only our own pages open sockets (OWASP ASVS 5.0, 4.4.2)."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[..., Awaitable[Any]]


class SameOrigin:
    """Refuses a socket with an Origin other than its own scheme, host and port, or without one.

    Channels' AllowedHostsOriginValidator looks neither at the scheme nor at the port.
    """

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], *channels: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        allowed = is_ours(headers.get(b"origin", ""), headers.get(b"host", ""))
        return await (self.inner if allowed else WebsocketDenier())(scope, *channels)


def is_ours(origin: str, host: str) -> bool:
    """Returns whether the origin is this site. Plain HTTP counts only if the session cookie may travel over it.

    CSRF_TRUSTED_ORIGINS may name others.
    """
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    own = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return (own and origin in [f"{scheme}://{host}".lower() for scheme in schemes]) or (
        origin in settings.CSRF_TRUSTED_ORIGINS
    )
