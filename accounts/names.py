"""User names: the rules for valid ones, and the test for names that look alike.

A name is kept as it is typed, so it must be typed in its NFKC form (Unicode Standard Annex 15; Django's own create_user
normalises to the same form). A name that mixes alphabets with look-alike letters is refused. A name that looks like an
existing one is refused by its likeness, which is a unique column of the database.
"""

from __future__ import annotations

import unicodedata
from hashlib import sha256

from django.core.exceptions import ValidationError

# Alphabets that share letters by sight (Unicode Technical Standard 39, section 5), as names of letters begin.
ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE"})

# Small Cyrillic and Greek letters, and a few Latin ones, that look like a Latin letter in one of their two cases
# (from confusables.txt of Unicode Technical Standard 39). Each letter of the upper line becomes the one below it.
_LOOKS = str.maketrans(
    "авсеһніїјкмогпрԛѕтуԝхѵӏԁьɡɑıαβεζηικμνορϲστυχγωѡьүԍ",
    "abcehhiïjkmornpqstywxvldbgaiabeznikmvopcotuxywwbyg",
)


def plain(name: str) -> str:
    """Returns the name in the stored form: NFKC, without white space around it."""
    return unicodedata.normalize("NFKC", name).strip()


def validate(name: str) -> None:
    """Raises ValidationError with one sentence for a name that differs from its NFKC form or mixes alphabets."""
    if name != (kept := plain(name)):
        raise ValidationError(f"Write the user name as {kept}: some of its characters only look like letters.")
    used = sorted(alphabets(name))
    if len(used) > 1:
        mixed = " and ".join(each.capitalize() for each in used)
        raise ValidationError(f"The user name mixes {mixed} letters, which look alike: use one alphabet.")


def alphabets(name: str) -> set[str]:
    """Returns the alphabets in ALIKE that letters of the name belong to."""
    return {unicodedata.name(letter, "?").partition(" ")[0] for letter in name if letter.isalpha()} & ALIKE


def likeness(name: str) -> str:
    """Returns 64 hexadecimal digits that are equal for names that differ in case, form or look-alike letters alone.

    It is a digest, because a name of 150 characters can have a longer likeness than MariaDB takes in a unique column.
    """
    folded = plain(plain(name).casefold())
    looks = plain(folded.casefold()).translate(_LOOKS)  # twice: folding can make what folds again (U+0345)
    return sha256(looks.encode("utf-8", "surrogatepass")).hexdigest()
