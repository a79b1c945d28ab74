"""Keeps code of others, while it sends a message, from connecting to the site's own network and from starting programs.

The interpreter tells an audit hook of each connection, datagram and program before it is made, whichever library makes
it. The hook acts only within `fenced`, also in threads that copy the context, as Apprise's do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import Any

from common.guarded import Allowed, refusal

_PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn"}
_CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class FenceError(PermissionError):
    """Says that a call was refused. It is an OSError, after which libraries close their sockets."""


@dataclass(slots=True)
class Fence:
    """Holds the private places that may be called all the same, and the reasons of refusals."""

    allow: Allowed
    named: frozenset[str] = frozenset()  # addresses of a name that is allowed
    refused: list[str] = field(default_factory=list)

    def check(self, address: Any) -> None:
        """Raises FenceError for an address that may not be called."""
        why = self._reason(address)
        if why:
            self.refused.append(why)
            raise FenceError(why)

    def _reason(self, address: Any) -> str:
        if not isinstance(address, tuple) or len(address) < 2:
            return "It would call a socket of this machine."
        host, port = str(address[0]).partition("%")[0], int(address[1])
        try:
            found = ip_address(host)
        except ValueError:
            return f"It would call {host[:100]!r} without a look-up that can be checked."
        if host in self.named or self.allow.address(found, port):
            return ""
        return refusal(found)


_active: ContextVar[Fence | None] = ContextVar("alarms_fence", default=None)


@contextmanager
def fenced(fence: Fence) -> Iterator[Fence]:
    """Refuses, in this context, the connections that `fence` does not allow, and every program."""
    _install()
    token = _active.set(fence)
    try:
        yield fence
    finally:
        _active.reset(token)


@cache
def _install() -> None:
    watched = _CALLS | _PROGRAMS  # a local name: at its end the interpreter sets those of the module to None

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in watched:
            _check(event, args)

    sys.addaudithook(hook)  # for ever: a hook cannot be taken off


def _check(event: str, args: tuple[Any, ...]) -> None:
    fence = _active.get()
    if fence is None:
        return
    if event in _PROGRAMS:
        fence.refused.append("It would start a program.")
        raise FenceError(fence.refused[-1])
    address = args[1] if len(args) > 1 else None
    if address is not None:
        fence.check(address)
