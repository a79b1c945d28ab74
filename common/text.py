"""Makes text from outside harmless: on a terminal or page, in one line of a log, in any database, in a sentence.

One rule serves all of them: a character that is refused is written as an escape of JSON, such as \\n or \\u001b.
"""

import re

LONGEST_ERROR = 2000  # characters of an error: in exceptions, log lines and the database
MOST_QUOTED = 128  # characters of a name that a sentence repeats
MOST_SENTENCE = 1000  # characters of a refusal: it may list what there is to choose from
MARK = "…"

# str.isprintable() refuses, besides spaces: controls (C0, DEL, C1), formats (bidi overrides, zero width), surrogates,
# private use, unassigned, and the separators of lines and paragraphs.
_SUSPECT = re.compile(r"[^\x20-\x7e]")
_WIDE = "\u00a0\u202f\u3000"  # spaces that only are wide
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # PostgreSQL accepts no NUL, and no driver accepts a lone surrogate
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def escaped(text: str, keep: str = "") -> str:
    """Returns the text, safe on a terminal: control and format characters are escapes, but for those in `keep`.

    One line stays one line. In JSON text such a character can only stand inside a string, where the escape is the same.
    """
    if text.isprintable():
        return text
    return _SUSPECT.sub(lambda found: _shown(found[0], keep), text)


def one_line(text: str, most: int = LONGEST_ERROR) -> str:
    """Returns the text as one line of a log, which any database stores too, cut to `most` characters."""
    return cut(escaped(cut(text, most)), most)


def storable(text: str, most: int | None = None) -> str:
    """Returns the text as any database with UTF-8 stores it: NUL and lone surrogates are escapes; cut to `most`."""
    return cut(_UNSTORABLE.sub(lambda found: _escape(found[0]), cut(text, most)), most)


def only_ascii(text: str, most: int) -> str:
    """Returns the text in printable ASCII, which a database in any encoding accepts, cut to `most` characters."""
    return _SUSPECT.sub(lambda found: _escape(found[0]), text[:most])[:most]


def quoted(text: str, most: int = MOST_QUOTED) -> str:
    """Returns a text from outside as a sentence may repeat it: between quotes, escaped, cut to `most`."""
    return repr(text if len(text) <= most else f"{text[:most]}{MARK}")


def cut(text: str, most: int | None) -> str:
    """Returns at most `most` characters of the text, the last of them MARK if some are left out; None for all."""
    return text if most is None or len(text) <= most else f"{text[: most - 1]}{MARK}"


def shortened(sentence: str, most: int = MOST_SENTENCE) -> str:
    """Returns a sentence of at most `most` characters and MARK; where it is longer, its middle is left out.

    The beginning tells the fault and the end the remedy; a long middle is text from outside.
    """
    return sentence if len(sentence) <= most else f"{sentence[: most // 2]}{MARK}{sentence[-(most // 2) :]}"


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun, in the plural by an "s" unless the number is 1: "1 line", "1,200 lines"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def clause(words: object) -> str:
    """Returns another program's message as part of a sentence: on one line, and without a full stop at its end."""
    return " ".join(str(words).split()).rstrip(".")


def _shown(character: str, keep: str) -> str:
    return character if character.isprintable() or character in keep or character in _WIDE else _escape(character)


def _escape(character: str) -> str:
    if short := _SHORT.get(character):
        return short
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
