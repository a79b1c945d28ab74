"""Writes names as a script must write them, and guesses the name that was meant."""

import re
from collections.abc import Collection
from difflib import get_close_matches

from sql.language.words import HARD, NILADIC, SOFT

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_]*\Z")
_SHOWN_MOST = 8  # names in a list of all
_COMPARED_MOST = 300  # names that are compared letter by letter
_RENAMED = "COL_"  # before a name that a schema cannot take as it is in the records, such as time
_LENGTH_MOST = 128
# A name in quotes is right in any case.
_RESERVED = (HARD | SOFT) - NILADIC


def quoted(name: str) -> str:
    """Returns a name between quotes; control characters cannot be in a name."""
    return '"' + name.replace('"', '""') + '"'


def written(name: str) -> str:
    """Returns a name as the script must write it: between quotes unless folding to upper case leads to it."""
    return name if _PLAIN.match(name) and name not in _RESERVED else quoted(name)


def shown(name: str) -> str:
    """Returns a name for a message: in quotes if it is not plain, and cut."""
    text = name if _PLAIN.match(name) else quoted("".join(each if each.isprintable() else "�" for each in name))
    return text if len(text) <= _LENGTH_MOST else f"{text[: _LENGTH_MOST - 1]}…"


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun, such as "1 column" or "2 columns"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def meant(name: str, known: Collection[str]) -> str:
    """Returns the end of a sentence that names the likeliest of the known names, or lists them."""
    same = [each for each in known if each.upper() == name.upper()]
    same = same or [each for each in known if each.upper() == _RENAMED + name.upper()]
    if same:
        return "; did you mean " + " or ".join(_with_case(each) for each in same[:3]) + "?"
    folded = {each.upper(): each for each in list(known)[:_COMPARED_MOST]}
    close = get_close_matches(name.upper(), folded, n=1, cutoff=0.75)
    if close:
        return f"; did you mean {written(folded[close[0]])}?"
    some = ", ".join(written(each) for each in list(known)[:_SHOWN_MOST])
    more = ", …" if len(known) > _SHOWN_MOST else ""
    return f"; there {'is' if len(known) == 1 else 'are'} {some}{more}." if some else "."


def _with_case(name: str) -> str:
    if written(name) == name:
        return f"{name} (upper case)"
    if name == name.lower():
        return f"{quoted(name)} (quoted, lower case)"
    return f"{quoted(name)} (quoted)"
