"""Checks the instructions to browsers: cookies, the Content-Security-Policy, and headers against other sites."""

from collections.abc import Iterator, Sequence
from typing import Any

from csp.constants import NONCE, NONE, STRICT_DYNAMIC, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)

from login.headers import HEADERS

YEAR = 365 * 24 * 3600  # seconds
GUARDS = ("isolate", "refuse_other_sites", "refuse_unreadable")  # of login/middleware.py
POLICY = {  # directives that must be there, with these values
    "default-src": [NONE],
    "script-src": [NONCE, STRICT_DYNAMIC],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
    "require-trusted-types-for": ["'script'"],
}
ISOLATION = {  # OWASP ASVS 5.0: 3.4.4, 3.4.5, 3.4.8, 3.5.8
    "Cross-Origin-Opener-Policy": ("same-origin",),
    "Cross-Origin-Embedder-Policy": ("require-corp",),
    "Cross-Origin-Resource-Policy": ("same-origin",),
    "Referrer-Policy": ("same-origin", "no-referrer", "strict-origin", "strict-origin-when-cross-origin"),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("DENY",),
}


def unsafe() -> Iterator[CheckMessage]:
    yield from _cookies()
    yield from _content_security_policy()
    yield from _isolation()
    yield from _https()


def _cookies() -> Iterator[CheckMessage]:
    for kind in ("SESSION", "CSRF"):
        of = {part: getattr(settings, f"{kind}_COOKIE_{part}") for part in ("SECURE", "NAME", "PATH", "DOMAIN")}
        if not of["SECURE"]:
            hint = f"Set {kind}_COOKIE_SECURE = True."
            yield Error(f"The {kind.lower()} cookie would travel over plain HTTP.", hint, id="login.E004")
        if not of["NAME"].startswith("__Host-") or of["PATH"] != "/" or of["DOMAIN"]:
            hint = f"Set {kind}_COOKIE_NAME = '__Host-…', {kind}_COOKIE_PATH = '/' and no {kind}_COOKIE_DOMAIN."
            yield Error(f"A neighbouring subdomain could plant the {kind.lower()} cookie.", hint, id="login.E005")
        reach = (getattr(settings, f"{kind}_COOKIE_HTTPONLY"), getattr(settings, f"{kind}_COOKIE_SAMESITE"))
        if reach not in ((True, "Lax"), (True, "Strict")):
            hint = f"Set {kind}_COOKIE_HTTPONLY = True and {kind}_COOKIE_SAMESITE = 'Lax'."
            says = f"Scripts could read the {kind.lower()} cookie, or other sites send it."
            yield Error(says, hint, id="login.E014")


def _content_security_policy() -> Iterator[CheckMessage]:
    policy: dict[str, Any] = (getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}).get("DIRECTIVES", {})
    sources = [source for value in policy.values() for source in _listed(value)]
    weak = [name for name, value in POLICY.items() if _listed(policy.get(name)) != value]
    if "csp.middleware.CSPMiddleware" not in settings.MIDDLEWARE or weak or {UNSAFE_INLINE, UNSAFE_EVAL} & {*sources}:
        hint = (
            f"Keep csp.middleware.CSPMiddleware, no unsafe-inline or unsafe-eval, and {', '.join(POLICY)} as they are."
        )
        yield Error("The Content-Security-Policy is absent or lets foreign script run.", hint, id="login.E007")


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _isolation() -> Iterator[CheckMessage]:
    lacking = [guard for guard in GUARDS if f"login.middleware.{guard}" not in settings.MIDDLEWARE]
    if lacking or settings.MIDDLEWARE[0] != "login.middleware.isolate":
        hint = "Put login.middleware.isolate first in MIDDLEWARE, and keep refuse_other_sites and refuse_unreadable."
        yield Error("Other sites could embed ours, or ask it for things in your name.", hint, id="login.E015")
    django = {
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    for name, good in ISOLATION.items():
        if HEADERS.get(name) not in good or django.get(name, good[0]) not in good:
            yield Error(f"The header {name} is absent or weak.", f"Set it to {good[0]}.", id="login.E016")


def _https() -> Iterator[CheckMessage]:
    if settings.SECURE_HSTS_SECONDS < YEAR or not settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        hint = f"Set SECURE_HSTS_SECONDS to {YEAR} or more once HTTPS works for all subdomains (ASVS 5.0, 3.4.1)."
        yield Warning("Browsers are not told for long enough to insist on HTTPS.", hint, id="login.W017")
