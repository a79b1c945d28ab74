"""Checks codes of authenticator apps (RFC 6238), and accepts each once, even with many processes.

allauth remembers used codes in the cache, but here each process has a cache of its own. So the newest counter is a
row, and the UPDATE that moves it on succeeds in one process only.
"""

from hmac import compare_digest

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from django.db.models import Q

from accounts.models import TotpUse

AHEAD = 20  # periods: ten minutes, more than clocks of one deployment differ
PERIOD = 30  # seconds; no tolerance before or after: ASVS 5.0 6.5.5 allows a code 30 s


def matches(secret: str, code: str, now: float) -> int | None:
    """Returns the counter of the code at that time (seconds since 1970); None if the code is wrong."""
    counter = int(now) // PERIOD
    right: str = auth.format_hotp_value(auth.hotp_value(secret, counter))
    return counter if compare_digest(code.encode(), right.encode()) else None


def use(authenticator: Authenticator, code: str, now: float) -> bool:
    """Spends the code; returns whether it was right and unused. `now`: seconds since 1970."""
    counter = matches(decrypt(authenticator.data["secret"]), code, now)
    return counter is not None and spend(authenticator, counter)


def spend(authenticator: Authenticator, counter: int) -> bool:
    """Moves the newest counter on. Returns False if this counter or a newer one was used already.

    A newest counter that is further ahead than AHEAD was noted before the clock was set back. It goes back with the
    clock, or the app would be refused until that time has come again.
    """
    TotpUse.objects.get_or_create(authenticator=authenticator)
    unused = Q(last_counter__lt=counter) | Q(last_counter__gt=counter + AHEAD)
    return TotpUse.objects.filter(unused, authenticator=authenticator).update(last_counter=counter) == 1
