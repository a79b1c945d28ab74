"""Runs the regular expressions of scripts in linear time by RE2; Python's `re` takes those that cannot explode."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from sql.functions import regex_cost
from sql.functions.arguments import constant, takes
from sql.functions.function import Constants, Function, TypeProblem, Types, fault
from sql.functions.regex_java import translate
from sql.functions.values import shown
from sql.types import LENGTH_MOST, Type, varchar

MEMORY = 4 << 20  # bytes of one compiled expression
TOO_LARGE = "it is too large; use smaller counts in {n,m}"
PROGRAM_MOST = 10_000  # instructions of a compiled expression
# RE2 takes up to a step for each instruction and character, when its cache of states is too small. A step took 30 ns
# on a laptop, so that the worst pattern and text take a second. A pattern of up to 500 instructions has no other limit
# than the longest VARCHAR.
STEPS_MOST = 32_768_000
# Each match can read to the end of the text, so that many matches take a quadratic time. A text of up to 20,000
# characters cannot exceed this number of characters read; the test of the longest texts has the seconds that it takes.
WORK_MOST = 200_000_000
REPLACEMENT = re.compile(r"\\(?P<escaped>.)|\$(?P<number>[0-9]{1,3})|\$\{(?P<name>[A-Za-z][A-Za-z0-9]*)\}", re.DOTALL)


def options() -> Any:
    found = re2.Options()
    found.max_mem = MEMORY
    found.log_errors = False
    return found


OPTIONS = options()


class TooLarge(ValueError):  # noqa: N818 - a kind of wrong pattern
    """Means that a pattern compiles to more instructions than a worker should run."""


class Bounded:
    """Runs a compiled pattern on texts of at most `longest` characters; a longer one is a fault of its row."""

    def __init__(self, pattern: Any, longest: int) -> None:
        self.pattern, self.longest = pattern, longest
        self.groups, self.groupindex = pattern.groups, pattern.groupindex

    def check(self, text: str) -> str:
        if len(text) > self.longest:
            raise fault(f"A text of {len(text)} characters is too long for this pattern; it takes {self.longest}.")
        return text

    def search(self, text: str, pos: int = 0) -> Any:
        return self.pattern.search(self.check(text), pos)

    def fullmatch(self, text: str) -> Any:
        return self.pattern.fullmatch(self.check(text))

    def finditer(self, text: str, pos: int = 0) -> Any:
        return self.pattern.finditer(self.check(text), pos)


def compile_linear(pattern: str) -> Bounded:
    """Returns a pattern of RE2's own syntax; raises ValueError with RE2's word for a pattern that it does not take."""
    try:
        found = re2.compile(pattern, OPTIONS)
    except re2.error as problem:
        word = problem.args[0].decode() if isinstance(problem.args[0], bytes) else str(problem)
        raise (TooLarge(TOO_LARGE) if "too large" in word else ValueError(word)) from None
    if found.programsize > PROGRAM_MOST:
        raise TooLarge(TOO_LARGE)
    return Bounded(found, min(1 << 24, STEPS_MOST // found.programsize))


@lru_cache(256)
def compile_java(pattern: str, *, whole: bool = False) -> Bounded:
    """Returns a compiled Java regular expression; raises ValueError with a sentence.

    `whole` says that only `fullmatch` is used. Look-around, back references and possessive quantifiers are unknown to
    RE2. Python takes them if the pattern has no repetition that could explode.
    """
    text = translate(pattern)
    try:
        return compile_linear(text)
    except TooLarge as problem:
        raise ValueError(f"The regular expression {shown(pattern)} is wrong: {problem}.") from None
    except ValueError as problem:
        word = str(problem)
    text = translate(pattern, python=True)
    try:
        if regex_cost.is_safe(text, whole=whole):
            return Bounded(re.compile(text, re.ASCII), regex_cost.LONGEST)
    except (re.error, OverflowError, RecursionError):
        raise ValueError(f"The regular expression {shown(pattern)} is wrong: {word}.") from None
    raise ValueError(
        f"The regular expression {shown(pattern)} could take too long: {word}, "
        "and repetitions like * beside look-around or back references can explode."
    )


def compile_constant(name: str, pattern: object, *, whole: bool = False) -> Bounded | None:
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
def replacement(text: str, regex: Bounded) -> tuple[str | int, ...]:
    """Returns the parts of a Java replacement: texts, and the numbers of groups; raises ValueError with a sentence."""
    parts: list[str | int] = []
    end = 0
    for found in REPLACEMENT.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        if found["number"]:
            parts += numbered_group(text, found["number"], regex.groups)
        elif (name := found["name"]) is None:
            parts.append(found["escaped"])
        elif name in regex.groupindex:
            parts.append(regex.groupindex[name])
        else:
            raise ValueError(f"The replacement '{text}' names the group {name}, which the pattern does not have.")
    parts.append(text[end:])
    if "$" in REPLACEMENT.sub("", text):
        raise ValueError(f"The replacement '{text}' has a $ without a group; write \\$ for the sign.")
    return tuple(parts)


def numbered_group(text: str, digits: str, groups: int) -> list[str | int]:
    """Returns the group of a number and the digits behind it: as in Java, as many digits as there are groups for."""
    count = len(digits)
    while count > 1 and int(digits[:count]) > groups:
        count -= 1
    if int(digits[:count]) > groups:
        raise ValueError(f"The replacement '{text}' names group {digits[:count]}; the pattern has {groups}.")
    return [int(digits[:count]), digits[count:]]


def expand(parts: tuple[str | int, ...], found: Any) -> str:
    """Returns a replacement for a match; a group that took no part is empty."""
    return "".join([found.group(part) or "" if isinstance(part, int) else part for part in parts])


def replace(regex: Bounded, text: str, other: str, start: int, occurrence: int, *, simple: bool = False) -> str:
    """Returns a text with all matches from a position on replaced, or with the one of a number.

    The result is cut to the longest VARCHAR.
    """
    if start < 1 or occurrence < 0:
        raise fault(f"REGEX_REPLACE takes a start from 1 and an occurrence from 0, not {start} and {occurrence}.")
    parts = replacement(other, regex)
    pieces, size, end, work = [], 0, 0, 0
    for count, found in enumerate(regex.finditer(text, start - 1) if start <= len(text) else (), 1):
        work += 0 if simple else len(text) - found.start()
        if work > WORK_MOST:
            raise fault(f"REGEX_REPLACE found too many matches in a text of {len(text)} characters.")
        if occurrence in {0, count}:
            pieces += [text[end : found.start()], expand(parts, found)]
            size += len(pieces[-1])
            end = found.end()
        if count == occurrence or size > LENGTH_MOST:
            break
    return ("".join(pieces) + text[end:])[:LENGTH_MOST]


def replace_result(types: Types, constants: Constants) -> Type:
    """Returns VARCHAR of any length: a replacement can be longer than the match."""
    regex = compile_constant("REGEX_REPLACE", constant(constants, 1))
    if regex is not None and isinstance(other := constant(constants, 2), str):
        try:
            replacement(other, regex)
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
