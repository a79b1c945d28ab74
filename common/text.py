"""Text from outside, made harmless for a line that a person reads."""

import re

MOST_QUOTED = 128  # characters of a name that a sentence repeats
MOST_SENTENCE = 1000  # characters of a refusal: it may list what there is to choose from

# Everything that str.isprintable() refuses but spaces: controls (C0, DEL, C1), formats (bidi overrides, zero width),
# surrogates, private use, unassigned, and the separators of lines and paragraphs.
_SUSPECT = re.compile(r"[^\x20-\x7e]")


def escaped(text: str, keep: str = "") -> str:
    """Returns the text with each control or format character as \\uXXXX, but for those in `keep`.

    One line stays one line. In JSON text such a character can only stand inside a string, where \\uXXXX is the same.
    """
    if text.isprintable():
        return text
    return _SUSPECT.sub(lambda found: _shown(found[0], keep), text)


def quoted(text: str, most: int = MOST_QUOTED) -> str:
    """Returns a text from outside as a sentence may repeat it: between quotes, escaped, cut to `most`."""
    return repr(text if len(text) <= most else f"{text[:most]}…")


def shortened(sentence: str, most: int = MOST_SENTENCE) -> str:
    """Returns a sentence of at most `most` characters and an ellipsis; where it is longer, its middle is left out.

    The beginning tells the fault and the end the remedy; a long middle is text from outside.
    """
    return sentence if len(sentence) <= most else f"{sentence[: most // 2]}…{sentence[-(most // 2) :]}"


def _shown(character: str, keep: str) -> str:
    if character.isprintable() or character in keep or character in "\u00a0\u202f\u3000":  # spaces that only are wide
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
