"""Makes foreign text fit for any database's text column and for one line of a log.

PostgreSQL accepts no NUL, no driver accepts a lone surrogate, and columns have a width. Changed places are marked.
"""

import re

LONGEST_ERROR = 2000  # characters of an error: in exceptions, log lines and the database
MARK = "…"

_REFUSED = re.compile("[\0\ud800-\udfff]")


def cut(text: str, most: int) -> str:
    """Returns at most `most` characters of the text, the last of them MARK if some are left out."""
    return text if len(text) <= most else f"{text[: most - 1]}{MARK}"


def storable(text: str, most: int) -> str:
    r"""Returns the text with NUL and lone surrogates written as \x00 and \ud800, cut to `most` characters."""
    return cut(_REFUSED.sub(_escape, cut(text, most)), most)


def one_line(text: str, most: int = LONGEST_ERROR) -> str:
    r"""Returns storable text in which every character that cannot be printed is written as an escape such as \n."""
    shown = cut(text, most)
    return shown if shown.isprintable() else cut("".join(map(_printable, shown)), most)


def plain(text: str, most: int) -> str:
    """Returns the text in printable ASCII, which a database in any encoding accepts."""
    return one_line(text, most).encode("ascii", "backslashreplace").decode()[:most]


def _escape(found: re.Match[str]) -> str:
    return _printable(found[0])


def _printable(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
