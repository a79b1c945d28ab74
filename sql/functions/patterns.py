"""Defines LIKE, SIMILAR TO and SUBSTRING(… SIMILAR …). All take a time that is linear in the text."""

import re
from collections.abc import Callable
from functools import lru_cache

from sql.functions.arguments import constant, takes
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.regex import Bounded, compile_linear
from sql.functions.similar import similar_to_re2
from sql.types import BOOLEAN, LENGTH_MOST, Type, varchar

Matcher = Callable[[str], bool]
LONGEST = 4_096  # characters of a pattern


def check_escape(escape: str) -> str:
    """Returns the escape character; raises ValueError for more than one."""
    if len(escape) > 1:
        raise ValueError(f"ESCAPE takes one character, not '{escape}'.")
    return escape


def like_tokens(pattern: str, escape: str) -> list[tuple[str, bool]]:
    """Returns the characters of a LIKE pattern, each with whether it is a wildcard."""
    if len(pattern) > LONGEST:
        raise ValueError(f"A pattern of LIKE has at most {LONGEST} characters.")
    tokens: list[tuple[str, bool]] = []
    chars = iter(pattern)
    for char in chars:
        if char != check_escape(escape):
            tokens.append((char, char in "%_"))
        elif (following := next(chars, None)) is None:
            raise ValueError(f"The pattern '{pattern}' of LIKE ends with the escape character.")
        else:
            tokens.append((following, False))
    return tokens


@lru_cache(1024)
def like_matcher(pattern: str, escape: str = "") -> Matcher:
    """Returns the test of a text against a LIKE pattern; raises ValueError with a sentence."""
    tokens = like_tokens(pattern, escape)
    if ("_", True) in tokens:
        signs = {"%": ".*", "_": "."}
        text = "".join(signs[char] if wild else re.escape(char) for char, wild in tokens)
        return whole_match(f"(?s){text}")
    pieces = [""]
    for char, wild in tokens:
        if wild:
            pieces.append("")
        else:
            pieces[-1] += char
    return pieces_matcher(pieces)


def pieces_matcher(pieces: list[str]) -> Matcher:
    """Returns the test of a text that holds the pieces in their order, the first and the last at its ends."""
    first, last = pieces[0], pieces[-1]
    middle = [piece for piece in pieces[1:-1] if piece]
    if len(pieces) == 1:
        return first.__eq__
    if not middle:
        length = len(first) + len(last)
        return lambda text: len(text) >= length and text.startswith(first) and text.endswith(last)
    if not first and not last and len(middle) == 1:
        inner = middle[0]
        return lambda text: inner in text
    return lambda text: holds(text, first, middle, last)


def holds(text: str, first: str, middle: list[str], last: str) -> bool:
    """Returns whether a text begins and ends as said, and has the other pieces between, in their order."""
    end = len(text) - len(last)
    at = len(first)
    if not text.startswith(first) or not text.endswith(last):
        return False
    for piece in middle:
        at = text.find(piece, at, max(at, end))
        if at < 0:
            return False
        at += len(piece)
    return at <= end


def whole_match(pattern: str) -> Matcher:
    regex = compile_linear(pattern)
    return lambda text: regex.fullmatch(text) is not None


@lru_cache(1024)
def similar_matcher(pattern: str, escape: str = "") -> Matcher:
    """Returns the test of a text against a SIMILAR TO pattern; raises ValueError with a sentence."""
    text = similar_to_re2(pattern, check_escape(escape))
    try:
        return whole_match(text)
    except ValueError as problem:
        raise ValueError(f"The pattern '{pattern}' of SIMILAR TO is wrong: {problem}.") from None


def matching(name: str, matcher: Callable[..., Matcher]) -> Function:
    """Returns the function of LIKE or SIMILAR TO."""

    def result(types: Types, constants: Constants) -> Type:
        constant_matcher(matcher, constants)
        return BOOLEAN

    def prepare(types: Types, constants: Constants) -> Callable[..., bool]:
        known = constant_matcher(matcher, constants)
        if known is None:
            return call
        if len(types) == 3:
            return lambda text, pattern, escape: known(text)
        return lambda text, pattern: known(text)

    def call(text: str, pattern: str, escape: str = "") -> bool:
        return matcher(pattern, escape)(text)

    return Function(name=name, result=takes(name, "sss", result, least=2), call=call, prepare=prepare)


def constant_matcher(matcher: Callable[..., Matcher], constants: Constants) -> Matcher | None:
    """Returns the test for constant patterns, or None; raises TypeProblem for a pattern that is none."""
    pattern, escape = constant(constants, 1), constant(constants, 2)
    if not isinstance(pattern, str) or (len(constants) > 2 and not isinstance(escape, str)):
        return None
    try:
        return matcher(pattern, escape or "")
    except ValueError as problem:
        raise TypeProblem(str(problem)) from None


@lru_cache(256)
def substring_regex(pattern: str, escape: str) -> Bounded:
    """Returns the regular expression of `before#"middle#"after`, with the middle as its group; raises ValueError."""
    parts = pattern.split(f'{escape}"') if len(escape) == 1 else []
    if len(parts) != 3:
        raise ValueError(f"SUBSTRING … SIMILAR needs a pattern in three parts, such as 'a{escape or '#'}\"b"
                         f"{escape or '#'}\"c', not '{pattern}'.")  # fmt: skip
    before, middle, after = (similar_to_re2(part, escape).removeprefix("(?s)") for part in parts)
    try:
        return compile_linear(f"(?s)(?U:{before})({middle})(?U:{after})")
    except ValueError as problem:
        raise ValueError(f"The pattern '{pattern}' of SUBSTRING … SIMILAR is wrong: {problem}.") from None


def substring_similar(text: str, pattern: str, escape: str) -> str | None:
    """Returns the middle part of a text that matches as a whole, or NULL."""
    found = substring_regex(pattern, escape).fullmatch(text)
    return None if found is None else found.group(1)


def substring_result(types: Types, constants: Constants) -> Type:
    pattern, escape = constant(constants, 1), constant(constants, 2)
    if isinstance(pattern, str) and isinstance(escape, str):
        try:
            substring_regex(pattern, escape)
        except ValueError as problem:
            raise TypeProblem(str(problem)) from None
    return varchar(types[0].size or LENGTH_MOST)


FUNCTIONS: list[Function] = [
    matching("LIKE", like_matcher),
    matching("SIMILAR_TO", similar_matcher),
    Function(
        name="SUBSTRING_SIMILAR",
        result=takes("SUBSTRING", "sss", substring_result),
        call=substring_similar,
    ),
]
