"""What a new password must be: long enough, not too long, not common, not about us. No rules of composition.

NIST SP 800-63B-4 §3.1.1.2 and OWASP ASVS 5.0 V6.2. Each refusal is one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.passwords import blocklist
from accounts.passwords.hashers import LONGEST, is_too_long

if TYPE_CHECKING:  # this module is loaded before the models are
    from accounts.models import User

SHORTEST, SHORTEST_OF_TWO = 15, 8  # characters: as the only factor, and beside a second one that is enforced
WORD = 4  # letters; shorter context words would refuse too much
SHARE = 0.4  # of a password that context words may make up

# What looks alike counts as the same character, in words and passwords.
LOOK_ALIKES = str.maketrans("013457869@$!|l+", "oieastbggasiiit")


class LengthValidator:
    """15 characters or more, 8 beside a second factor; at most what is hashed to its end."""

    def validate(self, password: str, user: User | None = None) -> None:
        if is_too_long(password):
            raise ValidationError(f"Use a shorter password: this one takes more than {LONGEST:,} bytes.", "too_long")
        if len(password) < (least := shortest(user)):
            raise ValidationError(f"Use at least {least} characters: this password has {len(password)}.", "too_short")

    def get_help_text(self) -> str:
        return f"At least {SHORTEST} characters; a few words that only you would put together are easy to remember."


def shortest(user: User | None) -> int:
    """How many characters a password of this user has at least; 15 for a user who is not known."""
    return SHORTEST_OF_TWO if second_factor_holds(user) else SHORTEST


def second_factor_holds(user: User | None) -> bool:
    """Whether a second factor is required of this user, and is there.

    Who has still to enrol a factor has the password alone: a guess of it would enrol the guesser's.
    """
    if user is None or user.pk is None:
        return False
    return second_factor_required(user) and bool(is_mfa_enabled(user))


def second_factor_required(user: User) -> bool:
    """Whether REQUIRE_SECOND_FACTOR ("staff", "all" or, with DEBUG on, "none") applies to this user."""
    return settings.REQUIRE_SECOND_FACTOR == "all" or (settings.REQUIRE_SECOND_FACTOR == "staff" and user.is_staff)


class CommonPasswordValidator:
    """Refuses what attackers try first. Where the list is missing, DEBUG lets everything pass."""

    def validate(self, password: str, user: User | None = None) -> None:
        path = Path(settings.COMMON_PASSWORDS)
        if settings.DEBUG and not path.exists():
            return
        try:
            common = _common(path)
        except (OSError, ValueError):  # the system check said so; no password is better than a weak one
            says = "No password can be set now, because the list of common ones is missing: tell who runs this site."
            raise ValidationError(says, "no_list") from None
        if password in common:
            raise ValidationError("This password is among those that attackers try first: choose another.", "common")

    def get_help_text(self) -> str:
        return "Not one of the passwords that attackers try first."


@lru_cache(maxsize=2)
def _common(path: Path) -> blocklist.Blocklist:
    return blocklist.read(path)


class ContextValidator:
    """Refuses what is mostly the product's name, a host's, or the user's own (ASVS 5.0 6.1.2, 6.2.11)."""

    def validate(self, password: str, user: User | None = None) -> None:
        found = context_words(user)
        if share(password, found) > SHARE:
            says = "This password is mostly your own name or the name of this site: choose another."
            raise ValidationError(says, "context")

    def get_help_text(self) -> str:
        return "Not mostly your own name, your e-mail address or the name of this site."


def context_words(user: User | None) -> set[str]:
    """The words, of four letters or more, that an attacker would try here first."""
    names = ["millrace", *settings.ALLOWED_HOSTS]
    if user is not None:
        names += [user.get_username(), user.email, user.first_name, user.last_name]
    return {word for name in names for word in (name, *re.split(r"[\W_]+", name)) if len(word) >= WORD}


def folded(text: str) -> str:
    """The text with capitals and look-alikes made one: "M1llr@ce" and "millrace" are the same."""
    return text.lower().translate(LOOK_ALIKES)


def share(password: str, words: Iterable[str]) -> float:
    """How much of the password, 0 to 1, lies inside one of the words."""
    text = folded(password)
    covered = {place for word in words for place in _covered(text, folded(word))}
    return len(covered) / len(text) if text else 0.0


def _covered(text: str, word: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield from range(start, start + len(word))
        start = text.find(word, start + 1)
