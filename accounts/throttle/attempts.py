"""A guess: reserved, checked, settled. What people try to sign in with goes through here, whatever the door.

Whoever is refused gets the answer of a wrong guess. Where the check is a hash, a refusal computes one too (`spend`): it
takes as long, on this machine and under this load, and holds a process no longer than a guess would (docs/adr/0011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from math import inf
from time import time
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from accounts import client, events, keyrings, names
from accounts.models import User, named
from accounts.passwords import provisional
from accounts.throttle import devices, store
from accounts.throttle.rules import Kind, Scope
from accounts.throttle.store import Refusal, Reservation, Target

Found = TypeVar("Found")
Clock = Callable[[], float]
Spend = Callable[[], object]  # takes the time of a check

LONGEST_NAME = 254  # characters; an e-mail address at most
STRANGERS = 4  # hexadecimal digits: all names without an account share 65,536 buckets, so a flood of them has an end
LOGGED = {  # kind: the event of a wrong guess, that of a refused one, and what both say
    Kind.PASSWORD: ("sign-in.failed", "sign-in.throttled", {"method": "password"}),
    Kind.PASSKEY: ("sign-in.failed", "sign-in.throttled", {"method": "passkey"}),
    Kind.CONFIRMATION: ("reauthentication.failed", "reauthentication.failed", {"method": "password"}),
    Kind.CODE: ("factor.refused", "factor.refused", {}),
}


def nothing() -> None:
    """What a refusal spends where a check takes no time to speak of."""


def attempt(
    request: HttpRequest, username: str, verify: Callable[[str], User | None], spend: Spend, clock: Clock = time
) -> User | None:
    """Who signs in by this user name and a password, which `verify` checks; None for wrong, unknown and too many.

    `verify` is given the name of the account that the guess is counted at, so that no other account can be opened by
    it. It must take as long for a name without an account; when there is no try left, `spend` is called instead.
    """
    user = find(username)
    name = user.get_username() if user else username
    guess = Guess(request, Kind.PASSWORD, user, store.of_account(Kind.PASSWORD, user) if user else _stranger(username))
    return guess.judged(lambda: _active(verify(name)), spend, clock)


def check(
    request: HttpRequest,
    kind: Kind,
    user: User,
    verify: Callable[[], Found | None],
    spend: Spend = nothing,
    clock: Clock = time,
) -> Found | None:
    """What `verify` says of a second factor, a recovery code or the password again, of somebody who is known.

    None for wrong, which False is too, and for too many.
    """
    return Guess(request, kind, user, store.of_account(kind, user)).judged(verify, spend, clock)


def passkey(
    request: HttpRequest, user: User | None, verify: Callable[[], Found | None], clock: Clock = time
) -> Found | None:
    """What `verify` says of a passkey. There is nothing to guess, so only the address counts, of unknown devices."""
    return Guess(request, Kind.PASSKEY, user, None).judged(verify, nothing, clock)


def may_send_reset(request: HttpRequest, username: str, clock: Clock = time) -> bool:
    """Whether to send the mail that was asked for; the page says the same either way."""
    user = find(username)
    account = store.of_account(Kind.RESET, user) if user else _stranger(username, Kind.RESET)
    targets = [account, *_address(request, Kind.RESET)]
    return isinstance(store.reserve(targets, clock()), Reservation)


def find(username: str) -> User | None:
    """The account that a user name means, in any case, Unicode form and white space, and with look-alike letters.

    Accounts of before names had one form can be alike: then the one whose name is exactly what was typed is meant.
    """
    typed = (username.strip(), names.plain(username))
    # No account has such a name, and not every database takes it.
    if not all(name.isprintable() and len(name) <= LONGEST_NAME for name in typed):
        return None
    found = sorted(named(typed[0]), key=lambda user: [user.get_username() != name for name in typed])
    return found[0] if found else None


@dataclass(frozen=True)
class Guess:
    """`user` and `account`: whose it is, and the bucket of those who come to it without a device that it knows."""

    request: HttpRequest
    kind: Kind
    user: User | None
    account: Target | None

    def judged(self, verify: Callable[[], Found | None], spend: Spend, clock: Clock) -> Found | None:
        held = self._reserve(clock())
        failed, throttled, facts = LOGGED[self.kind]
        if isinstance(held, Refusal):
            spend()
            reason = "too many in a row" if held.until == inf else "too many"
            events.record(throttled, user=self.user, request=self.request, reason=reason, **facts)
            return None
        found = verify()
        if not found:
            events.record(failed, user=self.user, request=self.request, reason="wrong", **facts)
            return None
        held.succeed()
        return found

    def _reserve(self, now: float) -> Reservation | Refusal:
        account = [self.account] if self.account else []
        device = devices.known(self.request, self.user)
        if device:
            own = [Target(self.kind, Scope.DEVICE, device.digest, device.user_id)] if account else []
            held = store.reserve(own, now)
            if not isinstance(held, Refusal) or held.until < inf:
                return held
            devices.revoke(device, self.request, "too many failures")  # after which it is like any other
        return store.reserve([*_address(self.request, self.kind), *account], now)


def _address(request: HttpRequest, kind: Kind) -> list[Target]:
    """The bucket of the client's address: one of IPv4, a /64 of IPv6, which is what one customer has.

    REMOTE_ADDR alone: what a client may claim in a header counts for nothing. None where there is none (a unix socket).
    """
    found = client.address(request.META.get("REMOTE_ADDR", ""))
    if found is None:
        return []
    prefix = 32 if isinstance(ip_address(found), IPv4Address) else 64
    group = Kind.RESET if kind == Kind.RESET else Kind.PASSWORD  # all kinds of guesses together; mails by themselves
    return [Target(group, Scope.ADDRESS, str(ip_network((found, prefix), strict=False)))]


def _stranger(username: str, kind: Kind = Kind.PASSWORD) -> Target:
    """The bucket of a name without an account: it must wait like any other."""
    digest = keyrings.digest("throttle stranger", names.likeness(username))
    return Target(kind, Scope.UNTRUSTED, f"stranger {digest[:STRANGERS]}")


def _active(user: User | None) -> User | None:
    return user if user and user.is_active and not provisional.outlived(user, timezone.now()) else None
