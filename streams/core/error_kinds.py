"""Groups errors by kind: the same mistake in a thousand records is one kind, although the records' values differ."""

import re
from functools import lru_cache

LONGEST = 120  # characters; the width of the column
_LOOKED_AT = 2000  # characters of an error that are examined: its text may repeat a whole record

# A value in quotes: the first quote opens a word, the last closes one, so that the apostrophe of "can't" is no quote.
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
