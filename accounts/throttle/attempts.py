"""A guess: reserved, checked, settled. What people try to sign in with goes through here, whatever the door.

Whoever is refused gets the answer of a wrong guess. Where the check is a hash, a refusal computes one too: it takes as
long, on this machine and under this load, and holds a process no longer than a guess would (docs/adr).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network
from math import inf
from time import time
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts import events, keyrings, origins
from accounts.models import User
from accounts.throttle import devices, store
from accounts.throttle.rules import Kind, Scope
from accounts.throttle.store import Refusal, Reservation, Target

Found = TypeVar("Found")
Clock = Callable[[], float]

LONGEST_NAME = 254  # characters; an e-mail address at most
STRANGERS = 4  # hexadecimal digits: all names without an account share 65,536 buckets, so a flood of them has an end
HASHED = (Kind.PASSWORD, Kind.CONFIRMATION)
LOGGED = {  # kind: the event of a wrong guess, that of a refused one, and what both say
    Kind.PASSWORD: ("sign-in.failed", "sign-in.throttled", {"method": "password"}),
    Kind.PASSKEY: ("sign-in.failed", "sign-in.throttled", {"method": "passkey"}),
    Kind.CONFIRMATION: ("reauthentication.failed", "reauthentication.failed", {"method": "password"}),
    Kind.CODE: ("factor.refused", "factor.refused", {}),
}


def attempt(request: HttpRequest, username: str, verify: Callable[[], User | None], clock: Clock = time) -> User | None:
    """Who signs in by this user name and a password, which `verify` checks; None for wrong, unknown and too many.

    `verify` must take as long for a name without an account; it is not called when there is no try left.
    """
    user = find(username)
    account = store.of_account(Kind.PASSWORD, user) if user else _stranger(username)
    return _checked(request, Kind.PASSWORD, user, account, lambda: _active(verify()), clock)


def check(
    request: HttpRequest, kind: Kind, user: User, verify: Callable[[], Found | None], clock: Clock = time
) -> Found | None:
    """What `verify` says of a second factor, a recovery code or the password again, of somebody who is known.

    None for wrong and for too many. False is a wrong one too.
    """
    return _checked(request, kind, user, store.of_account(kind, user), verify, clock)


def passkey(
    request: HttpRequest, user: User | None, verify: Callable[[], Found | None], clock: Clock = time
) -> Found | None:
    """What `verify` says of a passkey. There is nothing to guess, so only the address counts, of unknown devices."""
    return _checked(request, Kind.PASSKEY, user, None, verify, clock)


def may_send_reset(request: HttpRequest, username: str, clock: Clock = time) -> bool:
    """Whether to send the mail that was asked for; the page says the same either way."""
    user = find(username)
    account = store.of_account(Kind.RESET, user) if user else _stranger(username, Kind.RESET)
    targets = [account, *_address(request, Kind.RESET)]
    return isinstance(store.reserve(targets, clock()), Reservation)


def find(username: str) -> User | None:
    """Whose account a user name means, in whatever case, Unicode form and white space it is typed."""
    name = _plain(username)
    if "\0" in name or len(name) > LONGEST_NAME:
        return None
    found = list(User.objects.filter(username__iexact=name)[:2])
    exact = [user for user in found if user.get_username() == name]
    return next(iter(exact or found), None)


def _checked(
    request: HttpRequest,
    kind: Kind,
    user: User | None,
    account: Target | None,
    verify: Callable[[], Found | None],
    clock: Clock,
) -> Found | None:
    held = _reserve(request, kind, user, account, clock())
    failed, throttled, facts = LOGGED[kind]
    if isinstance(held, Refusal):
        if kind in HASHED:
            make_password("what a wrong guess costs")
        reason = "too many in a row" if held.until == inf else "too many"
        events.record(throttled, user=user, request=request, reason=reason, **facts)
        return None
    found = verify()
    if found:
        held.succeed()
        return found
    events.record(failed, user=user, request=request, reason="wrong", **facts)
    return None


def _reserve(
    request: HttpRequest, kind: Kind, user: User | None, account: Target | None, now: float
) -> Reservation | Refusal:
    device = devices.known(request, user)
    if device:
        own = [Target(kind, Scope.DEVICE, device.digest, device.user_id)] if account else []
        held = store.reserve(own, now)
        if not isinstance(held, Refusal) or held.until < inf:
            return held
        devices.revoke(device, request, "too many failures")  # after which it is like any other
    return store.reserve([*_address(request, kind), *([account] if account else [])], now)


def _address(request: HttpRequest, kind: Kind) -> list[Target]:
    """The bucket of the client's address: one of IPv4, a /64 of IPv6, which is what one customer has.

    REMOTE_ADDR alone: what a client may claim in a header counts for nothing. None where there is none (a unix socket).
    """
    found = origins.address(request.META.get("REMOTE_ADDR", ""))
    if found is None:
        return []
    prefix = 32 if isinstance(ip_address(found), IPv4Address) else 64
    group = Kind.RESET if kind == Kind.RESET else Kind.PASSWORD  # all kinds of guesses together; mails by themselves
    return [Target(group, Scope.ADDRESS, str(ip_network((found, prefix), strict=False)))]


def _stranger(username: str, kind: Kind = Kind.PASSWORD) -> Target:
    """The bucket of a name without an account: it must wait like any other."""
    digest = keyrings.digest("throttle stranger", _plain(username).casefold())
    return Target(kind, Scope.UNTRUSTED, f"stranger {digest[:STRANGERS]}")


def _plain(username: str) -> str:
    return unicodedata.normalize("NFKC", username).strip()


def _active(user: User | None) -> User | None:
    return user if user and user.is_active else None
