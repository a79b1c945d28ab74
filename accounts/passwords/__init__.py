"""Passwords: their hashes, their rules, and a generator."""

import secrets
from collections.abc import Callable

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: readers confuse them
GROUPS, GROUP_LENGTH = 4, 5  # 20 characters of 5 bits each: 100 bits


def generated(choose: Callable[[str], str] = secrets.choice) -> str:
    """Returns a new password like "k7m2p-x4wzd-9fhqa-ub3te"."""
    return "-".join("".join(choose(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
