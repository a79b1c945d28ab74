"""Authenticates scripts by Authorization: Bearer TOKEN (RFC 6750), on the views that allow it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from accounts import client, events, tokens
from accounts.models import ApiToken
from accounts.tokens import Refused

View = Callable[..., HttpResponseBase]
StreamView = Callable[[HttpRequest, ApiToken, str], HttpResponseBase]
WRONG_A_MINUTE = 30  # tokens from one network
GOOD_FOR = timedelta(minutes=10)  # a valid token is remembered for this long
NETWORKS = 10_000  # the most networks that are counted, so that nobody fills the memory


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


class GoodTokens:
    """Remembers the tokens that were valid in the last minutes, so that a neighbour's wrong ones do not hold them up.

    It keeps digests in memory, of at most NETWORKS tokens. A remembered token is checked like any other.
    """

    def __init__(self) -> None:
        self._until = dict[bytes, datetime]()

    def knows(self, text: str, now: datetime) -> bool:
        return now < self._until.get(_digest(text), now)

    def note(self, text: str, now: datetime) -> None:
        if len(self._until) >= NETWORKS:
            self._until = {}
        self._until[_digest(text)] = now + GOOD_FOR


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _network(address: str | None) -> str:
    if address is None or ":" not in address:
        return address or ""
    return str(ip_network(f"{address}/64", strict=False))


failed_tokens = FailedTokenLimiter()
good_tokens = GoodTokens()


def token_allowed(scope: str) -> Callable[[View], View]:
    """Makes a view answer requests with a token of this scope, too; GET and HEAD only.

    `request.user` is then the owner of the token, with any cookies of the request. No session is made, read or kept
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


def token_required(scope: str) -> Callable[[StreamView], View]:
    """Makes a view about a stream that a token with this scope for the stream opens, and nothing else; POST only.

    The view is called with the request, the token and the name of the stream. Cookies are not looked at, so a session
    does not open it and no other site can use one: hence no CSRF token is asked for.
    """

    def decorate(view: StreamView) -> View:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def guarded(request: HttpRequest, name: str) -> HttpResponseBase:
            response = _with_token(request, scope, name, view)
            patch_vary_headers(response, ["Authorization"])
            return response

        return guarded

    return decorate


def _with_token(request: HttpRequest, scope: str, stream: str, view: StreamView) -> HttpResponseBase:
    now, address = timezone.now(), client.address(request.META.get("REMOTE_ADDR", ""))
    if "Authorization" not in request.headers:
        says = "Send an API token: Authorization: Bearer mlr_…"
        return _answer(401, says, {"WWW-Authenticate": 'Bearer realm="Millrace"'})
    token = _checked(request, scope, stream, address, now)
    if not isinstance(token, ApiToken):
        return token
    if request.method != "POST":
        return _answer(405, "Only POST is answered here.", {"Allow": "POST"})
    response = view(request, token, stream)
    response.headers["Cache-Control"] = "no-store"
    return response


def _checked(
    request: HttpRequest, scope: str, stream: str, address: str | None, now: datetime
) -> ApiToken | JsonResponse:
    """Returns the token of a request, after noting its use; or the answer that refuses it."""
    text = request.headers["Authorization"]
    if failed_tokens.exceeded(address, now) and not good_tokens.knows(text, now):
        return _answer(429, "Too many wrong tokens came from your address: wait a minute.", {"Retry-After": "60"})
    try:
        token = tokens.check(_text(request), scope, now, stream)
    except Refused as refused:
        failed_tokens.record(address, now)
        return _refuse(request, refused, scope)
    good_tokens.note(text, now)
    if tokens.note_use(token, address, now):
        events.record("token.used-from-new-address", user=token.user, request=request, label=token.label)
    request.user = token.user
    return token


def _by_token(request: HttpRequest, scope: str, view: View, *args: Any, **kwargs: Any) -> HttpResponseBase:
    now, address = timezone.now(), client.address(request.META.get("REMOTE_ADDR", ""))
    if request.method not in ("GET", "HEAD"):
        return _answer(405, "A token reads: only GET and HEAD are answered.", {"Allow": "GET, HEAD"})
    token = _checked(request, scope, "", address, now)
    return view(request, *args, **kwargs) if isinstance(token, ApiToken) else token


def _text(request: HttpRequest) -> str:
    scheme, _, text = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise Refused("scheme", "Send a token as: Authorization: Bearer mlr_…")
    return text.strip()


def _refuse(request: HttpRequest, refused: Refused, scope: str) -> JsonResponse:
    owner = refused.credential.user if refused.credential else None
    events.record("token.refused", user=owner, request=request, reason=refused.reason, scopes=scope)
    if refused.reason in ("scope", "stream"):
        challenge = f'Bearer realm="Millrace", error="insufficient_scope", scope="{scope}"'
        return _answer(403, str(refused), {"WWW-Authenticate": challenge})
    return _answer(401, str(refused), {"WWW-Authenticate": 'Bearer realm="Millrace", error="invalid_token"'})


def _answer(status: int, sentence: str, headers: dict[str, str]) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status, headers=headers | {"Cache-Control": "no-store"})
