"""Authenticates scripts by Authorization: Bearer TOKEN (RFC 6750), on the views that allow it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from ipaddress import ip_network
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from accounts import client, events, tokens
from accounts.tokens import Refused

View = Callable[..., HttpResponseBase]
WRONG_A_MINUTE = 30  # tokens from one network
NETWORKS = 10_000  # counted at most, so that nobody fills the memory


class FailedTokenLimiter:
    """Counts wrong tokens by network (an IPv4 address, an IPv6 /64), a minute at a time.

    Each process counts for itself, because the limit protects its time and the log. The tokens need no protection:
    nobody guesses 256 bits.
    """

    def __init__(self) -> None:
        self._minute = -1
        self._counts = dict[str, int]()

    def exceeded(self, address: str | None, now: datetime) -> bool:
        """Returns whether the network of the address has reached WRONG_A_MINUTE."""
        self._turn(now)
        return self._counts.get(_network(address), 0) >= WRONG_A_MINUTE

    def record(self, address: str | None, now: datetime) -> None:
        """Counts a wrong token; a network beyond the first NETWORKS of the minute is not counted."""
        self._turn(now)
        network = _network(address)
        if network in self._counts or len(self._counts) < NETWORKS:
            self._counts[network] = self._counts.get(network, 0) + 1

    def _turn(self, now: datetime) -> None:
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}


def _network(address: str | None) -> str:
    if address is None or ":" not in address:
        return address or ""
    return str(ip_network(f"{address}/64", strict=False))


failed_tokens = FailedTokenLimiter()


def token_allowed(scope: str) -> Callable[[View], View]:
    """Makes a view answer requests with a token of this scope, too; GET and HEAD only.

    `request.user` is then the owner of the token, whatever cookies the request has. No session is made, read or kept
    alive. A request without a token is answered as before.
    """

    def decorate(view: View) -> View:
        open_to_strangers = not getattr(view, "login_required", True)

        @login_not_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if "Authorization" in request.headers:
                response = _by_token(request, scope, view, *args, **kwargs)
            elif open_to_strangers or request.user.is_authenticated:
                response = view(request, *args, **kwargs)
            else:
                response = redirect_to_login(request.get_full_path())
            patch_vary_headers(response, ["Authorization"])
            return response

        return guarded

    return decorate


def _by_token(request: HttpRequest, scope: str, view: View, *args: Any, **kwargs: Any) -> HttpResponseBase:
    now, address = timezone.now(), client.address(request.META.get("REMOTE_ADDR", ""))
    if failed_tokens.exceeded(address, now):
        return _answer(429, "Too many wrong tokens came from your address: wait a minute.", {"Retry-After": "60"})
    if request.method not in ("GET", "HEAD"):
        return _answer(405, "A token reads: only GET and HEAD are answered.", {"Allow": "GET, HEAD"})
    try:
        token = tokens.check(_text(request), scope, now)
    except Refused as refused:
        failed_tokens.record(address, now)
        return _refuse(request, refused, scope)
    if tokens.note_use(token, address, now):
        events.record("token.used-from-new-address", user=token.user, request=request, label=token.label)
    request.user = token.user
    return view(request, *args, **kwargs)


def _text(request: HttpRequest) -> str:
    scheme, _, text = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise Refused("scheme", "Send a token as: Authorization: Bearer mlr_…")
    return text.strip()


def _refuse(request: HttpRequest, refused: Refused, scope: str) -> JsonResponse:
    owner = refused.credential.user if refused.credential else None
    events.record("token.refused", user=owner, request=request, reason=refused.reason, scopes=scope)
    if refused.reason == "scope":
        challenge = f'Bearer realm="Millrace", error="insufficient_scope", scope="{scope}"'
        return _answer(403, str(refused), {"WWW-Authenticate": challenge})
    return _answer(401, str(refused), {"WWW-Authenticate": 'Bearer realm="Millrace", error="invalid_token"'})


def _answer(status: int, sentence: str, headers: dict[str, str]) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status, headers=headers | {"Cache-Control": "no-store"})
