"""Computes when a bucket lets the next guess in. Pure functions of a state and a time.

The scheme is OWASP's device cookies: https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
A device that its owner has signed in on has a bucket of its own. All other devices share one bucket for each account
and one for each address, so guesses from elsewhere never keep the owner's devices out.

All times are seconds since 1970; -inf is "always", inf is "never".
A failure that lies ahead by more than the longest wait was noted before the clock was set back: `without_future` leaves
its time out, so that a clock that was ahead by years locks nobody out for years. It still counts in the streak.
"""

from enum import StrEnum
from math import inf
from typing import NamedTuple, Protocol

from msgspec import Struct

MOST = 100  # consecutive failures, NIST SP 800-63B-4 §3.2.2
MINUTE = 60.0


class Kind(StrEnum):
    """Names the kinds of guesses; each kind has buckets of its own."""

    PASSWORD = "password"  # noqa: S105 - to sign in
    CONFIRMATION = "confirmation"  # the password again, from a signed-in user
    CODE = "code"  # a second factor or a recovery code
    RESET = "reset"  # requests for a reset mail: every request counts
    PASSKEY = "passkey"  # cannot be guessed: counted for the address alone


class Scope(StrEnum):
    """Says which failures a bucket counts. Rows are locked in the order of the members."""

    ADDRESS = "address"
    UNTRUSTED = "untrusted"  # all devices that the account does not know
    DEVICE = "device"


class State(NamedTuple):
    """Holds the content of a bucket."""

    streak: int = 0  # failures since the last success
    recent: tuple[float, ...] = ()  # times of the latest failures, oldest first; as many as the rule needs


class Rule(Protocol):
    @property
    def kept(self) -> int:
        """Returns the number of latest failure times that the rule needs."""

    @property
    def longest_wait(self) -> float:
        """Returns the longest wait after a failure, in seconds."""

    def free_at(self, state: State) -> float:
        """Returns the time from which the next guess may be made."""

    def opened(self, state: State) -> State:
        """Returns the state after the owner has signed in by another method."""


class Window(Struct, frozen=True):
    """Closes for `seconds` after `limit` failures within `seconds`, and for good after `most` consecutive ones."""

    limit: int
    seconds: float
    most: float = inf

    @property
    def kept(self) -> int:
        return self.limit

    @property
    def longest_wait(self) -> float:
        return self.seconds

    def free_at(self, state: State) -> float:
        if state.streak >= self.most:
            return inf
        first, last = state.recent[-self.limit :][:1], state.recent[-1:]
        if len(state.recent) < self.limit or last[0] - first[0] >= self.seconds:
            return -inf
        return last[0] + self.seconds

    def opened(self, state: State) -> State:
        return state  # only a new cookie makes a device trusted again


class Growing(Struct, frozen=True):
    """Doubles the wait with each failure after `free`, from `first` to `longest` seconds; after `most` closes for good.

    With the numbers of UNTRUSTED: 10 guesses at once, 6 while the wait grows, then 2 an hour: 63 on the first day.
    """

    free: int
    first: float
    longest: float
    most: int

    kept = 1

    @property
    def longest_wait(self) -> float:
        return self.longest

    def free_at(self, state: State) -> float:
        if state.streak >= self.most:
            return inf
        if state.streak < self.free or not state.recent:
            return -inf
        return state.recent[-1] + min(self.longest, self.first * 2.0 ** (state.streak - self.free))

    def opened(self, state: State) -> State:
        """Opens a bucket that was closed for good, at the longest wait, so that a flood gains no quick guesses."""
        if state.streak < self.most:
            return state
        doublings = next(k for k in range(self.most) if self.first * 2.0**k >= self.longest)
        return State(self.free + doublings, state.recent)


DEVICE = Window(limit=10, seconds=15 * MINUTE, most=MOST)
UNTRUSTED = Growing(free=10, first=30, longest=30 * MINUTE, most=MOST)
ADDRESS = Window(limit=20, seconds=10 * MINUTE)
RESET = Window(limit=5, seconds=60 * MINUTE)  # mails to one account


def rule(kind: Kind, scope: Scope) -> Rule:
    if scope == Scope.ADDRESS:
        return ADDRESS
    if kind == Kind.RESET:
        return RESET
    return DEVICE if scope == Scope.DEVICE else UNTRUSTED


def without_future(rule: Rule, state: State, now: float) -> State:
    """Returns the state without the times that only a clock that was set back can explain."""
    return state._replace(recent=tuple(at for at in state.recent if at <= now + rule.longest_wait))


def failed(rule: Rule, state: State, now: float) -> State:
    return State(state.streak + 1, (*state.recent, now)[-rule.kept :])


def without_failure(state: State, at: float) -> State:
    """Returns the state without the failure at that time; the others stay."""
    if at not in state.recent:
        return state
    place = state.recent.index(at)
    return State(max(0, state.streak - 1), state.recent[:place] + state.recent[place + 1 :])
