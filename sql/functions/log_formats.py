"""Knows the forms of log lines: web servers' formats, delimited lines, syslog, and the syntax of dk.brics.automaton."""

import re
from typing import Any

from sql.functions.calendar import civil
from sql.functions.function import TypeProblem
from sql.functions.javaparse import parse_date
from sql.functions.log_columns import TEXT, Column
from sql.types import BIGINT

COMMON = '%h %l %u %t "%r" %>s %b'
FORMATS = {
    "COMMON": COMMON,
    "COMMON WITH VHOST": f"%v {COMMON}",
    "NCSA EXTENDED": f'{COMMON} "%[Referer]i" "%[User-agent]i"',
    "REFERER": "%[Referer]i -> %U",
    "AGENT": "%[User-agent]i",
    "IIS": ", ".join(f"%[{number}]n" for number in range(1, 16)) + ",",
}
SPECIFIER = re.compile(r"%(?P<when>!?[0-9]{3}(?:,[0-9]{3})*|[<>])?(?:[\[{](?P<key>[^\]}]*)[\]}])?(?P<letter>[A-Za-z%])")
NUMERIC = frozenset("bBsDTpPkIO")  # a number, or - for none
LETTERS = frozenset("aABbCDefhHiIklLmnoOpPqrsStTuUvVX")
SYSLOG = re.compile(
    r"(?:<[0-9]{1,3}>)?(?P<time>[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<rest>.*)", re.DOTALL
)
CLASSES = {
    "Digit": "[0-9]",
    "Alpha": "[A-Za-z]",
    "AlphaNum": "[0-9A-Za-z]",
    "Alnum": "[0-9A-Za-z]",
    "Lower": "[a-z]",
    "Upper": "[A-Z]",
    "Space": "[\\t-\\r ]",
    "Blank": "[ \\t]",
    "Punct": "[!-/:-@\\[-`{-~]",
    "Any": "(?s:.)",
}
WIDEST = 1_000  # numbers of an interval <n-m>


def w3c(name: str) -> tuple[str, list[Column]]:
    """Returns the regular expression and the columns of a format's name or of Apache's specifiers."""
    form = FORMATS.get(name.strip().upper(), name)
    columns: list[Column] = []
    text, at = "", 0
    for found in SPECIFIER.finditer(form):
        text += re.escape(form[at : found.start()])
        quoted = form[found.start() - 1 : found.start()] == '"'
        at = found.end()
        if found["letter"] == "%":
            text += "%"
            continue
        if found["letter"] not in LETTERS:
            raise TypeProblem(f"W3C_LOG_PARSE does not know {found[0]}.")
        last = at == len(form)
        part, is_number = specifier(found["letter"], quoted=quoted, last=last, csv=form[at : at + 1] == ",")
        text += part
        columns.append(Column(f"COLUMN{len(columns) + 1}", BIGINT if is_number else TEXT))
    if not columns:
        raise TypeProblem(f"W3C_LOG_PARSE takes one of {', '.join(FORMATS)}, or specifiers such as %h, not '{name}'.")
    return text + re.escape(form[at:]), columns


def specifier(letter: str, *, quoted: bool, last: bool, csv: bool) -> tuple[str, bool]:
    """Returns the regular expression of a specifier, and whether it is a number."""
    if letter == "t" and not quoted:
        return r"(\[[^\]]*\])", False
    if quoted:
        return r'((?:[^"\\]|\\.)*)', False
    if letter in NUMERIC:
        return r"(?:([0-9]{1,18})|-)", True
    return ("(.*)" if last else "([^,]*)" if csv else r"(\S*)"), False


def split_line(line: str, delimiter: str, escape: str, quote: str) -> list[str | None]:
    """Returns the parts between the delimiters; quotes hold delimiters together, an escape makes a character plain."""
    if not escape and not quote:
        return list(line.split(delimiter))
    parts: list[str | None] = []
    part: list[str] = []
    at, inside = 0, False
    while at < len(line):
        char = line[at]
        if char == escape and at + 1 < len(line) and (char != quote or line[at + 1] == quote):
            part.append(line[at + 1])
            at += 2
        elif char == quote:
            inside = not inside
            at += 1
        elif not inside and line.startswith(delimiter, at):
            parts.append("".join(part))
            part = []
            at += len(delimiter)
        else:
            part.append(char)
            at += 1
    return [*parts, "".join(part)]


def syslog(line: str, now: int = 0) -> tuple[Any, ...]:
    """Returns the time and the rest of a syslog line, which has no year: the one that is nearest to the row's time."""
    found = SYSLOG.fullmatch(line)
    if found is None:
        return None, None
    year = civil(now).year
    text = " ".join(found["time"].split())
    times = []
    for each in (year - 1, year, year + 1):
        try:
            times.append(parse_date("yyyy MMM d HH:mm:ss", f"{each:04} {text}"))
        except Exception:  # noqa: BLE001, S112 - 29 February is in one year of four
            continue
    best = min(times, key=lambda time: abs(time - now), default=None)
    return best, found["rest"][: TEXT.size]


def brics_to_java(pattern: str) -> str:
    """Returns a pattern of dk.brics.automaton in RE2's syntax, with lazy repetitions; raises ValueError."""
    text, at = "(?s)", 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            text += re.escape(pattern[at + 1 : at + 2])
            at += 2
        elif char == '"':
            end = pattern.find('"', at + 1)
            if end < 0:
                raise ValueError(f"The pattern '{pattern}' has a quote that does not end.")
            text += re.escape(pattern[at + 1 : end])
            at = end + 1
        elif char == "<":
            end = pattern.find(">", at)
            text += named(pattern, pattern[at + 1 : end] if end > 0 else "")
            at = end + 1
        elif char == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                raise ValueError(f"The pattern '{pattern}' has a bracket that does not end.")
            text += pattern[at : end + 1]
            at = end + 1
        else:
            text += sign(pattern, char)
            at += 1
    return text


def sign(pattern: str, char: str) -> str:
    """Returns the RE2 form of a character outside classes and quotes."""
    if char in "&~#":
        raise ValueError(f"The pattern '{pattern}' uses {char} (intersection, complement or nothing): not supported.")
    if char == "@":
        return "(?:.*?)"
    if char in "*+?}":
        return f"{char}?"
    return char if char in "(){|.,0123456789" else re.escape(char)


def named(pattern: str, name: str) -> str:
    """Returns a class such as <Digit>, or a number of an interval such as <1-31>."""
    if name in CLASSES:
        return CLASSES[name]
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", name)
    if found is None:
        raise ValueError(f"The pattern '{pattern}' uses <{name}>; there are {', '.join(CLASSES)} and <n-m>.")
    least, greatest = sorted((int(found[1]), int(found[2])))
    if greatest - least >= WIDEST:
        raise ValueError(f"The pattern '{pattern}' uses <{name}>, which has more than {WIDEST} numbers.")
    width = len(found[1]) if len(found[1]) == len(found[2]) else 0
    return "(?:" + "|".join(str(number).rjust(width, "0") for number in range(least, greatest + 1)) + ")"
