"""Writes the regular expressions of Java in the syntax of RE2 or of Python, or says which construct is not supported.

Java's `$` outside (?m) matches before a last line feed too; here it is the end of the text. Classes such as `\\d` and
`\\p{Alpha}` mean ASCII, as in Java.
"""

import re
from collections.abc import Callable

POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": "\x00-\x7f",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Alnum": "0-9A-Za-z",
    "Punct": "!-/:-@\\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": " \t",
    "Cntrl": "\x00-\x1f\x7f",
    "XDigit": "0-9A-Fa-f",
    "Space": "\t-\r ",
}
BLANKS = " \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
BREAKS = "\n-\r\x85\u2028\u2029"
SETS = {"h": BLANKS, "v": BREAKS}
SINGLE = {"e": "\x1b", "a": "\x07", "t": "\t", "n": "\n", "r": "\r", "f": "\f"}
AS_THEY_ARE = "dDwWsSbBA"
REFUSED = {
    "G": "\\G, the end of the last match",
    "X": "\\X, a grapheme",
    "N": "\\N, a character by its name",
}
PROPERTY = re.compile(r"\{(?P<long>[A-Za-z_=\-0-9]{1,64})\}|(?P<short>[A-Z])")
HEX = re.compile(r"u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}")
OCTAL = re.compile(r"0([0-3]?[0-7]{1,2})")
GROUP = re.compile(
    r"\(\?(?:<(?P<name>[A-Za-z][A-Za-z0-9]*)>|(?P<look>[:=!>]|<[=!])|(?P<flags>[a-zA-Z-]*)(?P<end>[:)]))"
)
LONGEST = 4_096  # characters of a regular expression


class Translation:
    """Walks through a Java regular expression and writes it for an engine."""

    def __init__(self, pattern: str, *, python: bool) -> None:
        if len(pattern) > LONGEST:
            raise ValueError(f"A regular expression has at most {LONGEST} characters.")
        self.pattern, self.python = pattern, python
        self.at = 0
        self.lines = False  # (?m): $ ends lines
        self.text: list[str] = []

    def run(self) -> str:
        """Returns the expression in the engine's syntax; raises ValueError with a sentence."""
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            step: Callable[[], None] = {"\\": self.escape, "[": self.begin_class, "(": self.group}.get(char, self.plain)
            step()
        return "".join(self.text)

    def refuse(self, construct: str) -> ValueError:
        return ValueError(f"The regular expression '{self.pattern}' uses {construct}, which is not supported.")

    def plain(self) -> None:
        char = self.pattern[self.at]
        self.text.append("\\Z" if char == "$" and self.python and not self.lines else char)
        self.at += 1

    def group(self) -> None:
        """Writes the beginning of a group."""
        found = GROUP.match(self.pattern, self.at)
        if found is None:
            return self.plain()
        self.at = found.end()
        if found["name"]:
            self.text.append(f"(?P<{found['name']}>")
        elif found["look"]:
            self.text.append(f"(?{found['look']}")
        else:
            self.flags(found["flags"], found["end"])
        return None

    def flags(self, flags: str, end: str) -> None:
        """Writes the flags of a group; d and u change nothing here."""
        if unknown := set(flags) - set("imsxdu-"):
            raise self.refuse(f"the flag {min(unknown)}")
        self.lines |= "m" in flags.partition("-")[0]
        kept = flags.replace("d", "").replace("u", "").removesuffix("-")
        self.text.append(f"(?{kept}{end}" if kept or end == ":" else "")

    def begin_class(self) -> None:
        """Writes a class in brackets."""
        end = self.at + 1
        end += self.pattern.startswith("^", end)
        end += self.pattern.startswith("]", end)
        head = self.pattern[self.at : end]
        self.text.append(head.replace("]", "\\]"))
        self.at = end
        while self.at < len(self.pattern) and self.pattern[self.at] != "]":
            self.class_item()
        if self.at == len(self.pattern):
            raise ValueError(f"The regular expression '{self.pattern}' has a class in brackets that does not end.")
        self.text.append("]")
        self.at += 1

    def class_item(self) -> None:
        """Writes a character, an escape or a range's sign of a class."""
        char = self.pattern[self.at]
        if char == "[":
            raise self.refuse("a class inside a class ([a[b]]); write one class, or \\[ for the bracket")
        if self.pattern.startswith("&&", self.at):
            raise self.refuse("an intersection of classes (&&)")
        if char == "\\":
            return self.escape(inside=True)
        self.text.append("\\" + char if char in "&~|" else char)
        self.at += 1
        return None

    def escape(self, *, inside: bool = False) -> None:
        """Writes a construct that begins with a backslash."""
        char = self.pattern[self.at + 1 : self.at + 2]
        if not char:
            raise ValueError(f"The regular expression '{self.pattern}' ends with a backslash.")
        if char == "Q":
            return self.quotation()
        if char in "pP":
            return self.property(char, inside=inside)
        if found := HEX.match(self.pattern, self.at + 1) or OCTAL.match(self.pattern, self.at + 1):
            return self.code(found)
        if char in REFUSED:
            raise self.refuse(REFUSED[char])
        self.at += 2
        self.text.append(self.letter(char, inside=inside) if char.isalnum() else "\\" + char)
        return None

    def letter(self, char: str, *, inside: bool) -> str:
        """Returns the construct of a backslash and a letter or a digit; `at` is behind them."""
        if char.lower() in SETS:
            return self.set_of(SETS[char.lower()], negated=char.isupper(), inside=inside)
        if char in SINGLE:
            return re.escape(SINGLE[char])
        if char in AS_THEY_ARE or char.isdigit():
            return "\\" + char
        if char in "zZ" and not inside:
            end = "\\Z" if self.python else "\\z"
            return end if char == "z" else f"(?:\\n?{end})"
        if char == "R" and not inside:
            return f"(?:\\r\\n|[{BREAKS}])"
        if char == "c" and self.at < len(self.pattern):
            self.at += 1
            return re.escape(chr(ord(self.pattern[self.at - 1]) & 0x7F ^ 64))
        if char == "k" and (found := re.compile(r"<([A-Za-z][A-Za-z0-9]*)>").match(self.pattern, self.at)):
            self.at = found.end()
            return f"(?P={found[1]})"
        raise self.refuse(f"\\{char}")

    def quotation(self) -> None:
        r"""Writes the characters from \Q to \E, or to the end, as they are."""
        end = self.pattern.find("\\E", self.at + 2)
        quoted = self.pattern[self.at + 2 :] if end < 0 else self.pattern[self.at + 2 : end]
        self.text.append(re.escape(quoted))
        self.at = len(self.pattern) if end < 0 else end + 2

    def code(self, found: re.Match[str]) -> None:
        """Writes a character that is given by its number."""
        groups = [group for group in found.groups() if group is not None]
        number = int(groups[0], 8 if found.re is OCTAL else 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise self.refuse(f"\\{found[0]}")
        self.text.append(re.escape(chr(number)))
        self.at = found.end()

    def property(self, char: str, *, inside: bool) -> None:
        r"""Writes \p{…} or \P{…}: one of Java's ASCII classes, or a category or script of Unicode."""
        found = PROPERTY.match(self.pattern, self.at + 2)
        if found is None:
            raise self.refuse(f"\\{char} without a name")
        self.at = found.end()
        name = found["long"] or found["short"]
        if name in POSIX:
            self.text.append(self.set_of(POSIX[name], negated=char == "P", inside=inside))
        elif self.python:
            raise self.refuse(
                f"\\{char}{{{name}}} together with look-around, back references or possessive quantifiers"
            )
        elif name.startswith(("java", "In")):
            raise self.refuse(f"\\{char}{{{name}}}")
        else:
            self.text.append(f"\\{char}{{{name.removeprefix('Is')}}}")

    def set_of(self, ranges: str, *, negated: bool, inside: bool) -> str:
        """Returns a set of characters as a class, or as a part of the class around it."""
        if inside and negated:
            raise self.refuse("a negated class inside a class; write [^…] around it")
        return ranges if inside else f"[{'^' if negated else ''}{ranges}]"


def translate(pattern: str, *, python: bool = False) -> str:
    """Returns a Java regular expression in the syntax of RE2, or of Python's `re` if asked; raises ValueError."""
    return Translation(pattern, python=python).run()
