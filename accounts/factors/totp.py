"""Codes of authenticator apps (RFC 6238), each believed once, whatever number of processes is asked.

allauth remembers used codes in the cache, which is each process's own here; so the newest counter is a row, moved on by
an UPDATE that only one can win.
"""

from hmac import compare_digest

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt

from accounts.models import TotpUse

PERIOD = 30  # seconds; no tolerance before or after: ASVS 5.0 6.5.5 allows a code 30 s


def matches(secret: str, code: str, now: float) -> int | None:
    """The counter of which `code` is the code at that time (seconds since 1970); None if it is not."""
    counter = int(now) // PERIOD
    right: str = auth.format_hotp_value(auth.hotp_value(secret, counter))
    return counter if compare_digest(code.encode(), right.encode()) else None


def use(authenticator: Authenticator, code: str, now: float) -> bool:
    """Whether the code is right and was not used before; it is used now (seconds since 1970)."""
    counter = matches(decrypt(authenticator.data["secret"]), code, now)
    return counter is not None and spend(authenticator, counter)


def spend(authenticator: Authenticator, counter: int) -> bool:
    """Moves the newest counter on; False when it, or a newer one, was used already."""
    TotpUse.objects.get_or_create(authenticator=authenticator)
    newer = TotpUse.objects.filter(authenticator=authenticator, last_counter__lt=counter)
    return newer.update(last_counter=counter) == 1
