"""Checks new passwords: long enough, not too long, not common, not about the site or user. No composition rules.

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

SHORTEST, SHORTEST_OF_TWO = 15, 8  # characters: as the only factor, and beside an enforced second factor
WORD = 4  # letters; shorter context words would refuse too much
SHARE = 0.4  # the part of a password that context words may make up

# Look-alike characters count as the same, in words and passwords.
LOOK_ALIKES = str.maketrans("013457869@$!|l+", "oieastbggasiiit")


class LengthValidator:
    """Requires 15 characters, or 8 beside a second factor; allows at most the bytes that the hash covers."""

    def validate(self, password: str, user: User | None = None) -> None:
        if is_too_long(password):
            raise ValidationError(f"Use a shorter password: this one takes more than {LONGEST:,} bytes.", "too_long")
        if len(password) < (least := shortest(user)):
            raise ValidationError(f"Use at least {least} characters: this password has {len(password)}.", "too_short")

    def get_help_text(self) -> str:
        return f"At least {SHORTEST} characters; a few words that only you would put together are easy to remember."


def shortest(user: User | None) -> int:
    """Returns the minimum length of this user's password in characters; 15 for an unknown user."""
    return SHORTEST_OF_TWO if second_factor_holds(user) else SHORTEST


def second_factor_holds(user: User | None) -> bool:
    """Returns whether the user must have a second factor and has one.

    A user who has still to enrol a factor has the password alone: an attacker who guessed it would enrol their own.
    """
    if user is None or user.pk is None:
        return False
    return second_factor_required(user) and bool(is_mfa_enabled(user))


def second_factor_required(user: User) -> bool:
    """Returns whether REQUIRE_SECOND_FACTOR ("staff", "all" or, with DEBUG on, "none") applies to this user."""
    return settings.REQUIRE_SECOND_FACTOR == "all" or (settings.REQUIRE_SECOND_FACTOR == "staff" and user.is_staff)


class CommonPasswordValidator:
    """Refuses the passwords that attackers try first. If the list is missing, DEBUG lets every password pass."""

    def validate(self, password: str, user: User | None = None) -> None:
        path = Path(settings.COMMON_PASSWORDS)
        if settings.DEBUG and not path.exists():
            return
        try:
            common = _common(path)
        except (OSError, ValueError):  # a system check reports it; refusing is better than a weak password
            says = "No password can be set now, because the list of common ones is missing: tell the site's operator."
            raise ValidationError(says, "no_list") from None
        if password in common:
            raise ValidationError("This password is among those that attackers try first: choose another.", "common")

    def get_help_text(self) -> str:
        return "Not one of the passwords that attackers try first."


@lru_cache(maxsize=2)
def _common(path: Path) -> blocklist.Blocklist:
    return blocklist.read(path)


class ContextValidator:
    """Refuses passwords made mostly of names of the product, the hosts or the user (ASVS 5.0 6.1.2, 6.2.11)."""

    def validate(self, password: str, user: User | None = None) -> None:
        words = context_words(user)
        if share(password, words) > SHARE:
            says = "This password is mostly your own name or the name of this site: choose another."
            raise ValidationError(says, "context")

    def get_help_text(self) -> str:
        return "Not mostly your own name, your e-mail address or the name of this site."


def context_words(user: User | None) -> set[str]:
    """Returns the words, of four letters or more, that an attacker would try first on this site."""
    names = ["millrace", *settings.ALLOWED_HOSTS]
    if user is not None:
        names += [user.get_username(), user.email, user.first_name, user.last_name]
    return {word for name in names for word in (name, *re.split(r"[\W_]+", name)) if len(word) >= WORD}


def folded(text: str) -> str:
    """Returns the text in lower case with look-alikes merged: "M1llr@ce" and "millrace" become the same."""
    return text.lower().translate(LOOK_ALIKES)


def share(password: str, words: Iterable[str]) -> float:
    """Returns the part of the password, 0 to 1, that lies inside one of the words."""
    text = folded(password)
    covered = {place for word in words for place in _covered(text, folded(word))}
    return len(covered) / len(text) if text else 0.0


def _covered(text: str, word: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield from range(start, start + len(word))
        start = text.find(word, start + 1)
