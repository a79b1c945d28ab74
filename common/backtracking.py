"""Tells whether Python's `re` matches an expression in linear time, from the expression's form.

`re` tries the ways of a match one after another. Their number stays small if no repetition can give bytes back that a
later repetition could take instead. So each repetition is of one byte, and shares no byte with the "open" ones before
it: those with which everything that came since could match too. The answer is on the safe side: a False may be wrong.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce
from re import _constants as codes  # type: ignore[attr-defined]  # the modules have no types
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

Bytes = frozenset[int]
ALL: Bytes = frozenset(range(256))
MOST_WAYS = 200  # of all choices of an expression together: (?:a|b) and (?:a)? are two ways each
MOST_COPIES = 50  # of a part that is repeated a fixed number of times

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_CLASSES: Mapping[Any, Bytes] = {
    getattr(codes, f"CATEGORY_{name}"): frozenset(each for each in ALL if re.match(pattern, bytes([each]), re.DOTALL))
    for name, pattern in {
        "DIGIT": rb"\d", "NOT_DIGIT": rb"\D", "SPACE": rb"\s", "NOT_SPACE": rb"\S", "WORD": rb"\w", "NOT_WORD": rb"\W",
    }.items()
}  # fmt: skip


class _NotShownError(Exception):
    """Means that the form does not show that the time is linear."""


class _Way(NamedTuple):
    """Says how far a match has come."""

    open: Bytes  # that repetitions could give back
    ways: int = 1


def is_linear(pattern: bytes, *, searched: bool = False) -> bool:
    """Returns whether the time is linear; a search tries at each place, as if any bytes were repeated before."""
    parsed = _parser.parse(pattern)
    if parsed.state.flags & re.LOCALE:
        return False  # which bytes are letters is known only later
    try:
        if searched:
            _sequence(_without_end(parsed), _Way(ALL))
        else:
            _sequence(parsed, _Way(frozenset()))
    except _NotShownError:
        return False
    return True


def _without_end(parts: Any) -> list[tuple[Any, Any]]:
    """Shortens a repetition at the very end to its least: when it has that, the search has found its match."""
    *first, (code, value) = parts or [(codes.AT, codes.AT_BEGINNING)]
    if code is codes.SUBPATTERN:
        value = (*value[:3], _without_end(value[3]))
    elif code in _REPEATS and len(value[2]) == 1 and _one_byte(*value[2][0]) is not None:
        value = (value[0], value[0], value[2])
    return [*first, (code, value)]


def repeats_nothing(pattern: bytes) -> bool:
    """Returns whether a repeated part may match no bytes, as in (a*)*. Engines differ in how often they take it."""
    return _may_be_empty(_parser.parse(pattern))


def _may_be_empty(part: Any) -> bool:
    if not isinstance(part, (list, tuple, _parser.SubPattern)):
        return False
    if len(part) == 2 and part[0] in _REPEATS and part[1][1] > 1 and not part[1][2].getwidth()[0]:
        return True
    return any(map(_may_be_empty, part))


def _sequence(parts: Any, way: _Way) -> _Way:
    return reduce(_part, parts, way)


def _part(way: _Way, part: tuple[Any, Any]) -> _Way:
    code, value = part
    taken = _one_byte(code, value)
    if taken is not None:
        return way if taken & way.open else way._replace(open=frozenset())
    if code not in _PARTS:
        raise _NotShownError  # a back-reference, or a condition on one
    way = _PARTS[code](way, value)
    if way.ways > MOST_WAYS:
        raise _NotShownError
    return way


def _repeat(way: _Way, value: tuple[int, int, Any]) -> _Way:
    least, most, body = value
    taken = _one_byte(*body[0]) if len(body) == 1 else None
    if least == most and least <= MOST_COPIES:
        return reduce(lambda reached, _: _sequence(body, reached), range(least), way)
    if taken is not None:
        if taken & way.open:
            raise _NotShownError
        return way._replace(open=way.open | taken)
    if most > 1:
        raise _NotShownError
    with_body = _sequence(body, way)
    return _Way(way.open | with_body.open, way.ways + with_body.ways)


def _branch(way: _Way, value: tuple[None, list[Any]]) -> _Way:
    ends = [_sequence(each, way) for each in value[1]]
    return _Way(frozenset().union(*(end.open for end in ends)), sum(end.ways for end in ends))


def _look(way: _Way, value: tuple[int, Any]) -> _Way:
    """Looks ahead or behind: it takes no bytes, and its own choices are forgotten after it."""
    _sequence(value[1], way)
    return way


_PARTS: Mapping[Any, Callable[[_Way, Any], _Way]] = {
    **dict.fromkeys(_REPEATS, _repeat),
    codes.BRANCH: _branch,
    codes.SUBPATTERN: lambda way, value: _sequence(value[3], way),
    codes.ATOMIC_GROUP: lambda way, value: _sequence(value, way),
    codes.ASSERT: _look,
    codes.ASSERT_NOT: _look,
    codes.AT: lambda way, _: way,
    codes.FAILURE: lambda way, _: way,
}


def _one_byte(code: Any, value: Any) -> Bytes | None:
    """Returns the bytes of a part that takes one byte, in both cases of letters; None for another part."""
    if code is codes.ANY:
        return ALL
    if code is codes.LITERAL:
        return _both_cases(frozenset([value]))
    if code is codes.NOT_LITERAL:
        return _both_cases(ALL - {value})
    if code is codes.IN:
        return _set(value)
    return None


def _set(items: list[tuple[Any, Any]]) -> Bytes:
    found: set[int] = set()
    for code, value in items:
        if code is codes.LITERAL:
            found.add(value)
        elif code is codes.RANGE:
            found.update(range(value[0], value[1] + 1))
        elif code is codes.CATEGORY:
            found |= _CLASSES[value]
    negated = items[0][0] is codes.NEGATE
    return _both_cases(ALL - found if negated else frozenset(found))


def _both_cases(found: Bytes) -> Bytes:
    """Adds the other case of each letter, since a flag may let it match too."""
    return found | frozenset(bytes(found).lower()) | frozenset(bytes(found).upper())
