"""Runs the regular expressions of scripts in linear time by RE2; Python's `re` takes those that cannot explode."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from sql.functions import regex_cost
from sql.functions.arguments import constant, takes
from sql.functions.function import Constants, Function, TypeProblem, Types, fault
from sql.functions.regex_java import translate
from sql.types import LENGTH_MOST, Type, varchar

MEMORY = 4 << 20  # bytes of one compiled expression
PROGRAM_MOST = 10_000  # instructions: each character of a text may cost as many steps
# Each match can read to the end of the text, so that many matches take a quadratic time. A text of up to 20,000
# characters cannot exceed this number of characters read; the test of the longest texts has the seconds that it takes.
WORK_MOST = 200_000_000
REPLACEMENT = re.compile(r"\\(?P<escaped>.)|\$(?P<number>[0-9])|\$\{(?P<name>[A-Za-z][A-Za-z0-9]*)\}", re.DOTALL)
Regex = Any  # of re2 or of re: they have the same methods


def options() -> Any:
    found = re2.Options()
    found.max_mem = MEMORY
    found.log_errors = False
    return found


OPTIONS = options()


def compile_linear(pattern: str) -> Regex:
    """Returns a pattern of RE2's own syntax; raises ValueError with RE2's word for a pattern that it does not take."""
    try:
        found = re2.compile(pattern, OPTIONS)
    except re2.error as problem:
        word = problem.args[0]
        raise ValueError(word.decode() if isinstance(word, bytes) else str(word)) from None
    if found.programsize > PROGRAM_MOST:
        raise ValueError("it is too large; use smaller counts in {n,m}")
    return found


@lru_cache(256)
def compile_java(pattern: str, *, whole: bool = False) -> Regex:
    """Returns a compiled Java regular expression; raises ValueError with a sentence.

    `whole` says that only `fullmatch` is used. Look-around, back references and possessive quantifiers are unknown to
    RE2. Python takes them if the pattern has no repetition that could explode.
    """
    try:
        return compile_linear(translate(pattern))
    except ValueError as problem:
        if str(problem).startswith("The regular expression"):
            raise
        word = str(problem)
    try:
        text = translate(pattern, python=True)
        if regex_cost.is_safe(text, whole=whole):
            return Bounded(re.compile(text, re.ASCII))
    except (re.error, OverflowError, RecursionError):
        raise ValueError(f"The regular expression '{pattern}' is wrong: {word}.") from None
    raise ValueError(
        f"The regular expression '{pattern}' could take too long: {word}, "
        "and repetitions like * beside look-around or back references can explode."
    )


class Bounded:
    """Keeps texts of more than 65,536 characters from Python's `re`, whose steps are bounded only up to there."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.groups, self.groupindex = pattern.groups, pattern.groupindex

    def search(self, text: str, pos: int = 0) -> re.Match[str] | None:
        return self.pattern.search(check_length(text), pos)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.pattern.fullmatch(check_length(text))

    def finditer(self, text: str, pos: int = 0) -> Any:
        return self.pattern.finditer(check_length(text), pos)


def check_length(text: str) -> str:
    if len(text) > regex_cost.LONGEST:
        raise fault(f"A text of {len(text)} characters is too long for this regular expression.")
    return text


def compile_constant(name: str, pattern: object, *, whole: bool = False) -> Regex | None:
    """Returns a constant pattern, compiled, or None if it is not constant; raises TypeProblem."""
    if not isinstance(pattern, str):
        return None
    try:
        return compile_java(pattern, whole=whole)
    except ValueError as problem:
        raise TypeProblem(f"{name}: {problem}") from None


def first_match(pattern: object) -> Callable[[str, str], str | None]:
    """Returns SUBSTRING(text FROM 'pattern'): the first match, or NULL."""
    known = compile_constant("SUBSTRING", pattern)

    def search(text: str, pattern: str) -> str | None:
        found = (known or compile_java(pattern)).search(text)
        return found.group() if found is not None else None

    return search


@lru_cache(256)
def replacement(text: str) -> tuple[str | int, ...]:
    """Returns the parts of a Java replacement: texts, numbers of groups, and names of groups after a `$`."""
    parts: list[str | int] = []
    end = 0
    for found in REPLACEMENT.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        parts.append(int(found["number"]) if found["number"] else found["escaped"] or f"${found['name']}")
    rest = text[end:]
    if "$" in rest or any("$" in part for part in parts[::2] if isinstance(part, str)):
        raise ValueError(f"The replacement '{text}' has a $ without a group; write \\$ for the sign.")
    return (*parts, rest)


def expand(parts: tuple[str | int, ...], found: Any, regex: Regex) -> str:
    """Returns a replacement for a match; a group that took no part is empty."""
    text = ""
    for place, part in enumerate(parts):
        if isinstance(part, int):
            if part > regex.groups:
                raise fault(f"The replacement names group {part}; the regular expression has {regex.groups}.")
            text += found.group(part) or ""
        elif place % 2 and part.startswith("$") and len(part) > 1:
            text += found.group(group_number(part[1:], regex)) or ""
        else:
            text += part
    return text


def group_number(name: str, regex: Regex) -> int:
    if name not in regex.groupindex:
        raise fault(f"The replacement names the group {name}, which the regular expression does not have.")
    return int(regex.groupindex[name])


def replace(regex: Regex, text: str, other: str, start: int, occurrence: int, *, simple: bool = False) -> str:
    """Returns a text with all matches from a position on replaced, or with the one of a number."""
    if start < 1 or occurrence < 0:
        raise fault(f"REGEX_REPLACE takes a start from 1 and an occurrence from 0, not {start} and {occurrence}.")
    parts = replacement(other)
    pieces, end, work = [], 0, 0
    for count, found in enumerate(regex.finditer(text, start - 1) if start <= len(text) else (), 1):
        work += 0 if simple else len(text) - found.start()
        if work > WORK_MOST:
            raise fault(f"REGEX_REPLACE found too many matches in a text of {len(text)} characters.")
        if occurrence in {0, count}:
            pieces += [text[end : found.start()], expand(parts, found, regex)]
            end = found.end()
        if count == occurrence:
            break
    return "".join(pieces) + text[end:]


def replace_result(types: Types, constants: Constants) -> Type:
    """Returns VARCHAR of any length: a replacement can be longer than the match."""
    compile_constant("REGEX_REPLACE", constant(constants, 1))
    if isinstance(other := constant(constants, 2), str):
        try:
            replacement(other)
        except ValueError as problem:
            raise TypeProblem(f"REGEX_REPLACE: {problem}") from None
    return varchar(LENGTH_MOST)


def replace_java(text: str, pattern: str, other: str, start: int = 1, occurrence: int = 0) -> str:
    """Returns REGEX_REPLACE; a pattern is compiled once, even when it comes from a column."""
    return replace(compile_java(pattern), text, other, start, occurrence, simple=is_simple(pattern))


is_simple = lru_cache(256)(regex_cost.is_simple)


FUNCTIONS = [
    Function(
        name="REGEX_REPLACE",
        result=takes("REGEX_REPLACE", "sssii", replace_result, least=3),
        call=replace_java,
    )
]
