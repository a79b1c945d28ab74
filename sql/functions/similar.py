"""Writes the patterns of SIMILAR TO, the regular expressions of standard SQL, in the syntax of RE2."""

import re

CLASSES = {
    "ALPHA": [(65, 90), (97, 122)],
    "UPPER": [(65, 90)],
    "LOWER": [(97, 122)],
    "DIGIT": [(48, 57)],
    "ALNUM": [(48, 57), (65, 90), (97, 122)],
    "SPACE": [(32, 32)],
    "WHITESPACE": [(9, 13), (32, 32), (133, 133), (160, 160), (8192, 8202), (8232, 8233), (12288, 12288)],
}
NAMED = re.compile(r"\[:([A-Za-z]+):\]")
COUNT = re.compile(r"\{([0-9]{1,4})(,?)([0-9]{0,4})\}")
LAST = 0x10FFFF
LONGEST = 4_096  # characters of a pattern
Ranges = list[tuple[int, int]]


def subtract(ranges: Ranges, others: Ranges) -> Ranges:
    """Returns the code points of ranges that are in none of the others."""
    for least, greatest in others:
        kept: Ranges = []
        for start, end in ranges:
            kept += [(start, min(end, least - 1))] if start < least else []
            kept += [(max(start, greatest + 1), end)] if end > greatest else []
        ranges = kept
    return ranges


class Similar:
    """Walks through a pattern; `escape` is the character that makes the next one plain, or empty."""

    def __init__(self, pattern: str, escape: str) -> None:
        if len(pattern) > LONGEST:
            raise ValueError(f"A pattern of SIMILAR TO has at most {LONGEST} characters.")
        self.pattern, self.escape = pattern, escape
        self.at = 0
        self.depth = 0

    def run(self) -> str:
        """Returns the regular expression; raises ValueError with a sentence for a pattern that is none."""
        text: list[str] = []
        while self.at < len(self.pattern):
            text.append(self.step())
        if self.depth:
            raise self.wrong("a parenthesis that does not end")
        return "".join(text)

    def wrong(self, found: str) -> ValueError:
        return ValueError(f"The pattern '{self.pattern}' of SIMILAR TO has {found}.")

    def plain(self) -> str:
        """Returns the next character, and goes on behind it; an escaped one loses its meaning."""
        self.at += 1
        char = self.pattern[self.at - 1]
        if char != self.escape:
            return char
        if self.at == len(self.pattern):
            raise self.wrong("the escape character at its end")
        self.at += 1
        return self.pattern[self.at - 1]

    def step(self) -> str:
        """Returns the regular expression of the next part."""
        char = self.pattern[self.at]
        if char == self.escape:
            return re.escape(self.plain())
        if char == "[":
            return self.bracket()
        if char == "{":
            return self.count()
        self.at += 1
        if char in "()":
            return self.parenthesis(char)
        return {"%": ".*", "_": "."}.get(char) or (char if char in "|*+?" else re.escape(char))

    def parenthesis(self, char: str) -> str:
        self.depth += 1 if char == "(" else -1
        if self.depth < 0:
            raise self.wrong("a parenthesis that does not begin")
        return "(?:" if char == "(" else ")"

    def count(self) -> str:
        """Returns {n}, {n,} or {n,m}."""
        found = COUNT.match(self.pattern, self.at)
        if found is None or (found[3] and not found[2]):
            raise self.wrong("a brace that is no count such as {2} or {2,3}")
        self.at = found.end()
        return found[0]

    def bracket(self) -> str:
        """Returns a class: characters, ranges and named classes, without those after a ^ in the middle."""
        self.at += 1
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        included: Ranges = []
        excluded: Ranges = []
        into = included
        while not self.pattern.startswith("]", self.at) or not (included or excluded):
            if self.at >= len(self.pattern):
                raise self.wrong("a bracket that does not end")
            if self.pattern[self.at] == "^" and self.escape != "^" and into is included:
                into = excluded
                self.at += 1
            else:
                into += self.item()
        self.at += 1
        ranges = subtract([(0, LAST)], included) if negated else included
        return self.written(subtract(ranges, excluded))

    def item(self) -> Ranges:
        """Returns the ranges of a character, a range such as a-e, or a class such as [:ALPHA:]."""
        if found := NAMED.match(self.pattern, self.at):
            self.at = found.end()
            if found[1].upper() not in CLASSES:
                raise self.wrong(f"the class {found[0]}; there are {', '.join(CLASSES)}")
            return CLASSES[found[1].upper()]
        start = end = ord(self.plain())
        if self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at):
            self.at += 1
            if self.at < len(self.pattern):
                end = ord(self.plain())
        if end < start:
            raise self.wrong(f"the range {chr(start)}-{chr(end)}, which is empty")
        return [(start, end)]

    def written(self, ranges: Ranges) -> str:
        """Returns a class of RE2."""
        if not ranges:
            return "[^\\x00-\\x{10FFFF}]"
        return "[" + "".join(f"\\x{{{start:X}}}-\\x{{{end:X}}}" for start, end in ranges) + "]"


def similar_to_re2(pattern: str, escape: str = "") -> str:
    """Returns the regular expression of a SIMILAR TO pattern, in RE2's syntax, for a match of the whole text."""
    return f"(?s){Similar(pattern, escape).run()}"
