"""Defines the functions of text: SUBSTRING, POSITION, TRIM, OVERLAY, || and more. Positions count from 1."""

from collections.abc import Callable
from typing import Any

from sql.functions.arguments import check_count, constant, first_type, takes
from sql.functions.function import Constants, Function, TypeProblem, Types, fault
from sql.functions.regex import compile_constant, first_match
from sql.functions.rules import concatenated
from sql.types import INTEGER, LENGTH_MOST, NULL, Family, Kind, Type, varchar

MODES = ("LEADING", "TRAILING", "BOTH")


def sized(types: Types, constants: Constants) -> Type:
    """Returns VARCHAR, or VARBINARY, of the first argument's length."""
    of = types[0]
    return Type(Kind.VARBINARY, of.size) if of.family == Family.BYTES else varchar(of.size or LENGTH_MOST)


def concatenation(types: Types, constants: Constants) -> Type:
    """Returns the type of ||; CHAR and CHAR stay CHAR."""
    one, other = types
    if NULL in types:
        return one if other == NULL else other
    for each in types:
        if each.family not in {Family.TEXT, Family.BYTES}:
            raise TypeProblem(f"|| joins texts, not {each}; write CAST(… AS VARCHAR(20)).")
    if one.family != other.family:
        raise TypeProblem(f"|| cannot join {one} and {other}.")
    fixed, loose = (Kind.CHAR, Kind.VARCHAR) if one.family == Family.TEXT else (Kind.BINARY, Kind.VARBINARY)
    return Type(fixed if one.kind == other.kind == fixed else loose, concatenated(one, other))


def cut(text: Any, start: int, length: int | None) -> Any:
    """Returns the characters from a position on; positions before the first count toward the length."""
    if length is not None and length < 0:
        raise fault(f"SUBSTRING cannot take {length} characters.")
    end = None if length is None else max(0, start + length - 1)
    return text[max(0, start - 1) : end]


def substring_from(text: Any, start: int, length: int | None = None) -> Any:
    """Returns SUBSTRING(text FROM start FOR length); an empty text when it starts beyond the end."""
    return cut(text, start, length)


def substring(text: Any, start: int, length: int | None = None) -> Any:
    """Returns SUBSTRING(text, start, length); NULL when it starts beyond the end."""
    return None if start > len(text) else cut(text, start, length)


def substring_result(types: Types, constants: Constants) -> Type:
    """Returns the type of SUBSTRING; a text as the second argument is a regular expression."""
    if len(types) == 2 and types[1].family == Family.TEXT:
        takes("SUBSTRING", "ss", sized)(types, constants)
        compile_constant("SUBSTRING", constant(constants, 1))
        return sized(types, constants)
    return takes("SUBSTRING", "bii", sized, least=2)(types, constants)


def prepare_substring(call: Callable[..., Any]) -> Callable[[Types, Constants], Callable[..., Any]]:
    """Returns the preparation of SUBSTRING: by positions, or by a regular expression."""

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        if len(types) == 2 and types[1].family == Family.TEXT:
            return first_match(constant(constants, 1))
        return call

    return prepare


def inline_substring_from(types: Types, constants: Constants) -> str | None:
    """Returns the template of SUBSTRING FROM with constant positions."""
    start, length = constant(constants, 1), constant(constants, 2)
    if not isinstance(start, int) or (len(types) > 2 and not (isinstance(length, int) and length >= 0)):
        return None
    end = max(0, start + length - 1) if isinstance(length, int) else ""
    return f"({{0}}[{max(0, start - 1)}:{end}])"


def position(part: str, text: str) -> int:
    """Returns the place of the first occurrence, or 0."""
    return text.find(part) + 1


def trim_result(types: Types, constants: Constants) -> Type:
    mode, what = constants[0], constants[1]
    if mode not in MODES:
        raise TypeProblem("TRIM takes LEADING, TRAILING or BOTH.")
    if isinstance(what, str) and len(what) != 1:
        raise TypeProblem(f"TRIM takes one character to cut off, not '{what}'.")
    return varchar(types[2].size or LENGTH_MOST)


def trim(mode: str, what: str, text: str) -> str:
    """Returns a text without one character, repeated, at an end or at both."""
    if len(what) != 1:
        raise fault(f"TRIM takes one character to cut off, not '{what}'.")
    if mode == "BOTH":
        return text.strip(what)
    return text.lstrip(what) if mode == "LEADING" else text.rstrip(what)


def overlay(text: str, other: str, start: int, length: int | None = None) -> str:
    """Returns a text in which `other` replaces `length` characters; characters before the first count as replaced.

    A result is cut to the longest VARCHAR.
    """
    if length is not None and length < 0:
        raise fault(f"OVERLAY cannot replace {length} characters.")
    count = len(other) if length is None else length
    return (text[: max(0, start - 1)] + other + text[max(0, start - 1 + count) :])[:LENGTH_MOST]


def overlay_result(types: Types, constants: Constants) -> Type:
    return varchar(concatenated(types[0], types[1]))


def concatenate(one: Any, other: Any) -> Any:
    """Returns two texts as one, cut to the longest VARCHAR: chains of streams could double a text without end."""
    return (one + other)[:LENGTH_MOST]


def concatenation_template(types: Types) -> str:
    """Returns the template of ||; a cut is written where the types allow texts that are too long."""
    return "({0} + {1})" if sum(of.size for of in types) <= LENGTH_MOST else f"({{0}} + {{1}})[:{LENGTH_MOST}]"


def cased(name: str, convert: Callable[[str], str], template: str) -> Function:
    """Returns a function between capital and small letters.

    Its result is no longer than its type, although some letters, such as ß, become two.
    """

    def prepare(types: Types, constants: Constants) -> Callable[[str], str]:
        most = types[0].size or LENGTH_MOST
        return lambda text: convert(text)[:most]

    def inline(types: Types) -> str | None:
        return f"{template}[:{types[0].size or LENGTH_MOST}]" if template else None

    typing = takes(name, "s", first_type)
    return Function(name=name, result=typing, call=convert, inline=inline, prepare=prepare, total=True)


def initcap(text: str) -> str:
    """Returns a text with a capital at the start of each word, and small letters elsewhere; blanks part words."""
    return " ".join([word[:1].upper() + word[1:].lower() for word in text.split(" ")])


def plain(name: str, letters: str, result: Any, call: Callable[..., Any], template: str, *, total: bool) -> Function:
    """Returns a function that one template describes."""
    typing = takes(name, letters, result)
    return Function(name=name, result=typing, call=call, inline=lambda types: template or None, total=total)


def joined(types: Types, constants: Constants) -> Type:
    check_count("||", len(types), 2, 2)
    return concatenation(types, constants)


FUNCTIONS = [
    Function(name="||", result=joined, call=concatenate, inline=concatenation_template, total=True),
    cased("UPPER", str.upper, "{0}.upper()"),
    cased("LOWER", str.lower, "{0}.lower()"),
    cased("INITCAP", initcap, ""),
    plain("CHAR_LENGTH", "s", INTEGER, len, "len({0})", total=True),
    plain("CHARACTER_LENGTH", "s", INTEGER, len, "len({0})", total=True),
    plain("POSITION", "ss", INTEGER, position, "({1}.find({0}) + 1)", total=True),
    Function(name="TRIM", result=takes("TRIM", "sss", trim_result), call=trim),
    Function(name="OVERLAY", result=takes("OVERLAY", "ssii", overlay_result, least=3), call=overlay),
    Function(
        name="SUBSTRING_FROM",
        result=substring_result,
        call=substring_from,
        prepare=prepare_substring(substring_from),
        inline_with=inline_substring_from,
    ),
    Function(name="SUBSTRING", result=substring_result, call=substring, prepare=prepare_substring(substring)),
]
