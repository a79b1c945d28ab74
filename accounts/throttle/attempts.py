"""Reserves, checks and settles a guess: every secret that people sign in with passes here, at every door.

A refusal gets the answer of a wrong guess. Where the check is a hash, a refusal computes one too (`spend`): it takes
as long, on this machine and under this load, and holds a process no longer than a guess would (docs/adr/0011).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address, ip_network
from math import inf
from time import time
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone
from msgspec import Struct

from accounts import client, events, failed_sign_ins, keyrings, names
from accounts.models import User, named
from accounts.passwords import provisional
from accounts.throttle import devices, store
from accounts.throttle.rules import Kind, Scope
from accounts.throttle.store import Refusal, Reservation, Target

Result = TypeVar("Result")
Clock = Callable[[], float]
Note = Callable[[Kind, str, User | None, datetime], None]
Spend = Callable[[], object]  # a stand-in that takes as long as a check

LONGEST_NAME = 254  # characters; an e-mail address at most
STRANGERS = 4  # hexadecimal digits: all names without an account share 65,536 buckets, so a flood of them has an end
LOGGED = {  # kind: the event of a wrong guess, the event of a refused one, the facts of both
    Kind.PASSWORD: ("sign-in.failed", "sign-in.throttled", {"method": "password"}),
    Kind.PASSKEY: ("sign-in.failed", "sign-in.throttled", {"method": "passkey"}),
    Kind.CONFIRMATION: ("reauthentication.failed", "reauthentication.failed", {"method": "password"}),
    Kind.CODE: ("factor.refused", "factor.refused", {}),
}


def nothing() -> None:
    """Does nothing: the `spend` of a check that takes hardly any time."""


def attempt(
    request: HttpRequest, username: str, verify: Callable[[str], User | None], spend: Spend, clock: Clock = time
) -> User | None:
    """Returns the user of this name and a password that `verify` accepts; None if wrong, unknown or out of tries.

    `verify` gets the name of the account that the guess is counted at, so that the guess opens no other account.
    It must take as long for a name without an account. When there is no try left, `spend` is called instead.
    """
    user = find(username)
    name = user.get_username() if user else username
    guess = Guess(request, Kind.PASSWORD, user, store.of_account(Kind.PASSWORD, user) if user else _stranger(username))
    return guess.judged(lambda: _active(verify(name)), spend, clock)


def check(
    request: HttpRequest,
    kind: Kind,
    user: User,
    verify: Callable[[], Result | None],
    spend: Spend = nothing,
    clock: Clock = time,
) -> Result | None:
    """Returns the result of `verify`: a second factor, a recovery code or the password again, of a known user.

    Returns None if it is wrong (None or False), or if there is no try left.
    """
    return Guess(request, kind, user, store.of_account(kind, user)).judged(verify, spend, clock)


def passkey(
    request: HttpRequest, user: User | None, verify: Callable[[], Result | None], clock: Clock = time
) -> Result | None:
    """Returns the result of `verify` for a passkey, or None.

    A passkey cannot be guessed, so only the bucket of the address counts, and only for unknown devices.
    """
    return Guess(request, Kind.PASSKEY, user, None).judged(verify, nothing, clock)


def may_send_reset(request: HttpRequest, username: str, clock: Clock = time) -> bool:
    """Returns whether to send the reset mail that was requested. The page says the same either way."""
    user = find(username)
    account = store.of_account(Kind.RESET, user) if user else _stranger(username, Kind.RESET)
    targets = [account, *_address(request, Kind.RESET)]
    return isinstance(store.reserve(targets, clock()), Reservation)


def find(username: str) -> User | None:
    """Returns the account of a user name: in any case, Unicode form and white space, and with look-alike letters.

    Accounts from before names had one form can be alike: then the account with exactly the typed name comes first.
    """
    typed = (username.strip(), names.plain(username))
    # No account has such a name, and some databases reject it.
    if not all(name.isprintable() and len(name) <= LONGEST_NAME for name in typed):
        return None
    users = sorted(named(typed[0]), key=lambda user: [user.get_username() != name for name in typed])
    return users[0] if users else None


class Guess(Struct, frozen=True):
    """Holds one guess. `user`: the owner, if known. `account`: the bucket of devices that the account does not know."""

    request: HttpRequest
    kind: Kind
    user: User | None
    account: Target | None

    def judged(self, verify: Callable[[], Result | None], spend: Spend, clock: Clock) -> Result | None:
        now = clock()
        held = self._reserve(now)
        failed, throttled, facts = LOGGED[self.kind]
        if isinstance(held, Refusal):
            spend()
            reason = "too many in a row" if held.until == inf else "too many"
            events.record(throttled, user=self.user, request=self.request, reason=reason, **facts)
            self._tell(failed_sign_ins.note_unseen, now)
            return None
        result = verify()
        if not result:
            events.record(failed, user=self.user, request=self.request, reason="wrong", **facts)
            self._tell(failed_sign_ins.count, now)
            return None
        held.succeed()
        return result

    def _tell(self, note: Note, now: float) -> None:
        """Notes a failed sign-in for the owner. A signed-in user who confirms who they are does not sign in."""
        known = self.kind != Kind.PASSWORD and getattr(self.request, "user", None)
        if self.kind == Kind.CONFIRMATION or (known and known.is_authenticated):
            return
        account = self.account or (store.of_account(self.kind, self.user) if self.user else None)
        if account:  # a passkey that nobody has is no sign-in to an account
            note(self.kind, account.owner, self.user, datetime.fromtimestamp(now, UTC))

    def _reserve(self, now: float) -> Reservation | Refusal:
        account = [self.account] if self.account else []
        device = devices.known(self.request, self.user)
        if device:
            own = [Target(self.kind, Scope.DEVICE, device.digest, device.user_id)] if account else []
            held = store.reserve(own, now)
            if not isinstance(held, Refusal) or held.until < inf:
                return held
            devices.revoke(device, self.request, "too many failures")  # from here on the device counts as unknown
        return store.reserve([*_address(self.request, self.kind), *account], now)


def _address(request: HttpRequest, kind: Kind) -> list[Target]:
    """Returns the bucket of the client's address: one IPv4 address, or one /64 of IPv6, as one customer gets.

    Reads REMOTE_ADDR alone: a client can claim anything in a header. Returns [] if there is no address (a unix socket).
    """
    address = client.address(request.META.get("REMOTE_ADDR", ""))
    if address is None:
        return []
    prefix = 32 if isinstance(ip_address(address), IPv4Address) else 64
    group = Kind.RESET if kind == Kind.RESET else Kind.PASSWORD  # guesses share a bucket; mails have their own
    return [Target(group, Scope.ADDRESS, str(ip_network((address, prefix), strict=False)))]


def _stranger(username: str, kind: Kind = Kind.PASSWORD) -> Target:
    """Returns the bucket of a name without an account: it must wait like any other."""
    digest = keyrings.digest("throttle stranger", names.likeness(username))
    return Target(kind, Scope.UNTRUSTED, f"stranger {digest[:STRANGERS]}")


def _active(user: User | None) -> User | None:
    return user if user and user.is_active and not provisional.outlived(user, timezone.now()) else None
