"""Kinds of errors: the same mistake in a thousand records is one kind, whatever values the records hold."""

import re
from functools import lru_cache

LONGEST = 120  # characters; the width of the column
_LOOKED_AT = 2000  # characters of an error, which may repeat a whole record

# A value in quotes, from a quote that opens a word to one that closes it, so that the apostrophe of "can't" is none.
_QUOTED = re.compile(r"""(?<!\w)b?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|“[^”]*”)(?!\w)""", re.DOTALL)
_NUMBER = re.compile(r"(?<!\w)[-+]?(?:0x[0-9a-fA-F]+|\d[\d,._]*(?:[eE][-+]?\d+)?)")


def kind_of(error: str) -> str:
    """Returns the first line of an error with each quoted value as '…' and each number as N, cut to LONGEST."""
    return _kind(error[:_LOOKED_AT])


@lru_cache(maxsize=256)
def _kind(error: str) -> str:
    line = error.strip().partition("\n")[0]
    line = _NUMBER.sub("N", _QUOTED.sub("'…'", line))
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
