"""Compiles the regular expressions of people so that no text can keep them busy for long.

An expression is written in the dialect of Python's `re`, for bytes. It is run by `re` if its form shows that a match
takes linear time (common.backtracking), else by RE2, which is linear by its nature. It is refused if neither holds.
RE2's `\\s` leaves out the vertical tab, and its `$` matches only at the very end.
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol
from warnings import catch_warnings

import re2

from common.backtracking import is_linear, repeats_nothing

MOST_LENGTH = 10_000  # characters of an expression
MOST_SIZE = 20_000  # instructions of RE2: its time is the length of the text times this number at most
_OTHER_MEANINGS = ("{,", "[:")  # RE2 reads {,3} as plain text, and [[:alpha:]] as a class
_INSTEAD = "leave out look-arounds and back-references, or the repetitions of a part that repeats or may be empty"


class Expression(Protocol):
    """Is a compiled expression; `match` and the others return a match object or None."""

    @property
    def groups(self) -> int: ...
    @property
    def groupindex(self) -> Mapping[str, int]: ...
    @property
    def match(self) -> Any: ...
    @property
    def fullmatch(self) -> Any: ...
    @property
    def search(self) -> Any: ...


def compiled(text: str, *, searched: bool = False) -> Expression:
    """Returns an expression for bytes; `searched` says that it may match anywhere in a text.

    Raises ValueError with a sentence without its full stop for text that is no expression, or one that may take long.
    """
    if len(text) > MOST_LENGTH:
        raise ValueError(f"it has more than {MOST_LENGTH:,} characters")
    try:
        with catch_warnings(action="ignore", category=FutureWarning):  # of sets in sets, such as [[a]
            return _compiled(text, searched=searched)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"Python's re cannot read it: {error}") from None


def _compiled(text: str, *, searched: bool) -> Expression:
    plain = re.compile(text.encode())
    if is_linear(text.encode(), searched=searched):
        return plain
    found: Expression | None = _by_re2(text)
    if found is None or found.groups != plain.groups:
        raise ValueError(f"some texts could keep it busy for hours; {_INSTEAD}")
    return found


def _by_re2(text: str) -> Any:
    """Returns the expression as RE2 has it; None if RE2 cannot read it, or reads it in another way than `re`."""
    if any(each in text for each in _OTHER_MEANINGS) or repeats_nothing(text.encode()):
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # a byte is a character, as in re
    options.log_errors = False
    try:
        found = re2.compile(text.encode(), options)
    except re2.error:
        return None
    return found if found.programsize <= MOST_SIZE else None
