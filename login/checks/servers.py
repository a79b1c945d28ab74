"""Checks the servers: headers they trust, their options, the database and the cache."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from login.checks import databases

MOST_MESSAGE = 65_536  # bytes; a browser's messages have a few hundred. OWASP WebSocket cheat sheet: 64 KiB
BOUNDED = "dashboard.live.wire:BoundedSocket"
OWN_PARSERS = ("http", "http-socket", "https", "https-socket", "http11-socket", "puwsgi-socket", "raw-socket")
OF_ONE_PROCESS = ("locmem.LocMemCache", "dummy.DummyCache")


def unsafe() -> Iterator[CheckMessage]:
    yield from _proxy_headers()
    yield from _cache()
    yield from sqlite_options(settings.DATABASES["default"])
    yield from databases.proven(settings.DATABASES["default"])


def this_process() -> Iterator[CheckMessage]:
    """Checks the options of the server that runs this process. Skipped with DEBUG on."""
    if settings.DEBUG:
        return
    yield from uvicorn_options(sys.argv, os.environ)
    if "uwsgi" in sys.modules:
        yield from uwsgi_options(import_module("uwsgi").opt)


def _proxy_headers() -> Iterator[CheckMessage]:
    """Checks that no forwarded header is trusted.

    nginx passes scheme and address by the uwsgi protocol, and to uvicorn by headers that it overwrites.
    """
    believed = [name for name in ("USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT") if getattr(settings, name)]
    believed += ["SECURE_PROXY_SSL_HEADER"] if settings.SECURE_PROXY_SSL_HEADER else []
    believed += ["ALLAUTH_TRUSTED_PROXY_COUNT"] if getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0) else []
    if believed:
        hint = f"Leave {', '.join(believed)} unset; deploy/nginx.conf needs none of them."
        yield Error("Headers that anybody can send would be believed.", hint, id="login.E018")


def _cache() -> Iterator[CheckMessage]:
    """Checks that allauth's limits, if turned on, use a shared cache. Our own code keeps no counts in the cache."""
    shared = not settings.CACHES["default"]["BACKEND"].endswith(OF_ONE_PROCESS)
    if (settings.ACCOUNT_RATE_LIMITS or settings.MFA_RATE_LIMITS) and not shared:
        hint = (
            "Set ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False (accounts/throttle guards), or CACHES to a shared one."
        )
        yield Error("allauth would count attempts in each process by itself.", hint, id="login.E019")


def sqlite_options(database: Mapping[str, Any]) -> Iterator[CheckMessage]:
    options = database.get("OPTIONS", {})
    begins = str(options.get("init_command", "")).lower().replace(" ", "")
    safe = "synchronous=full" in begins and "journal_mode=wal" in begins and options.get("timeout", 0) >= 5
    if database["ENGINE"].endswith("sqlite3") and not (safe and options.get("transaction_mode") == "IMMEDIATE"):
        hint = "Keep journal_mode=WAL, synchronous=FULL, transaction_mode IMMEDIATE and a timeout of 5 s or more."
        yield Error("A loss of power could lose committed data, or writers fail at once.", hint, id="login.E020")


def uvicorn_options(argv: Sequence[str], environment: Mapping[str, str]) -> Iterator[CheckMessage]:
    """Checks the bounds of sockets.

    uvicorn gathers messages of up to 16 MiB, and bounds neither fragments nor the pongs that a socket is owed.
    """
    if "uvicorn" not in Path(argv[0]).parts[-2:]:
        return
    if _option(argv, environment, "ws") != BOUNDED:
        hint = f"Start uvicorn with --ws {BOUNDED}, as deploy/sockets does."
        yield Error(
            "A socket could fill the memory with pings that it never reads the answers to.", hint, id="login.E023"
        )
    size = _option(argv, environment, "ws-max-size")
    if not size.isdecimal() or int(size) > MOST_MESSAGE:
        hint = f"Start uvicorn with --ws-max-size {MOST_MESSAGE}, as deploy/sockets does."
        yield Error("A socket could fill the memory with messages of 16 MiB.", hint, id="login.E021")


def _option(argv: Sequence[str], environment: Mapping[str, str], name: str) -> str:
    """Returns an option's last value on uvicorn's command line, else the value of its variable."""
    given = [following for word, following in pairwise(argv) if word == f"--{name}"]
    given += [word.partition("=")[2] for word in argv if word.startswith(f"--{name}=")]
    return (given or [environment.get(f"UVICORN_{name.upper().replace('-', '_')}", "")])[-1]


def uwsgi_options(options: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Checks uWSGI's sockets: its HTTP parser allows smuggling (unbit/uwsgi#2775); over TCP its protocol runs code."""
    sockets = [where.decode() for name in ("socket", "uwsgi-socket") for where in _values(options.get(name))]
    over_tcp = [where for where in sockets if ":" in where]
    wrong = [name for name in OWN_PARSERS if name in options] + over_tcp
    if wrong:
        hint = "Listen on a unix socket with the uwsgi protocol only, as deploy/uwsgi.ini does."
        yield Error(f"uWSGI listens where it must not: {', '.join(wrong)}.", hint, id="login.E022")


def _values(value: object) -> list[bytes]:
    """Returns an option's values: uwsgi.opt has bytes, a list of bytes if it is repeated, True if it has no value."""
    return value if isinstance(value, list) else [value] if isinstance(value, bytes) else []
