"""Makes names of columns from the names that records have, by the rules of the service's discovery."""

import re
from collections.abc import Collection

from sql.language.words import HARD, SOFT

LONGEST = 100  # characters of a name; a longer one is cut
_PREFIX = "COL_"
_DROPPED = re.compile(r"[^A-Za-z0-9_]+")


def column_name(original: str, number: int) -> str:
    """Returns the name of a column for the name that records have; `number` is the column's, from 0.

    Characters other than letters, digits and _ are dropped. A name that changes so, one that begins with a digit, one
    that is too long, and a reserved word get the prefix COL_.
    """
    kept = _DROPPED.sub("", original)
    if not kept:
        return f"{_PREFIX}{number}"
    if kept == original and not kept[0].isdigit() and len(kept) <= LONGEST and kept.upper() not in HARD | SOFT:
        return kept
    return f"{_PREFIX}{kept}"[:LONGEST]


def unused(name: str, used: Collection[str]) -> str:
    """Returns the name, with a number if it is already used."""
    number, found = 2, name
    while found in used:
        found, number = f"{name}_{number}", number + 1
    return found
