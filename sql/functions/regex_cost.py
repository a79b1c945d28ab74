"""Bounds the steps that Python's backtracking `re` can take, so that no pattern and no text stop a worker."""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

LONGEST = 65_536  # characters of a text; RowError beyond it
STEPS_MOST = 10_000_000  # well under a second
MANY = 1 << 62


class Cost(NamedTuple):
    """Bounds the ways in which a part can match at one place, and the steps that all of them take together."""

    ways: int
    steps: int


def capped(number: int) -> int:
    return min(number, MANY)


def sequence(items: Any) -> Cost:
    """Returns the cost of parts one after the other: each is tried for every way of those before it."""
    ways, steps = 1, 0
    for item in items:
        cost = single(*item)
        steps = capped(steps + ways * cost.steps)
        ways = capped(ways * cost.ways)
    return Cost(ways, max(1, steps))


def repeated(least: int, most: int, items: Any) -> Cost:
    """Returns the cost of a repetition; it can explode if its part can match in several ways."""
    most = LONGEST if most is codes.MAXREPEAT else most
    cost = sequence(items)
    if cost.ways == 1:
        return Cost(max(1, most - least + 1), capped(max(1, most) * cost.steps))
    if most > 32:
        return Cost(MANY, MANY)
    ways = capped(sum(min(MANY, cost.ways**count) for count in range(least, most + 1)))
    return Cost(ways, capped(ways * max(1, most) * cost.steps))


def single(code: Any, value: Any) -> Cost:
    """Returns the cost of one part of a parsed pattern."""
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
        return repeated(*value)
    if code is codes.POSSESSIVE_REPEAT:
        return Cost(1, repeated(*value).steps)
    if code is codes.ATOMIC_GROUP:
        return Cost(1, sequence(value).steps)
    if code in {codes.ASSERT, codes.ASSERT_NOT}:
        return Cost(1, sequence(value[1]).steps)
    if code is codes.SUBPATTERN:
        return sequence(value[-1])
    if code is codes.BRANCH:
        costs = [sequence(items) for items in value[1]]
        return Cost(capped(sum(cost.ways for cost in costs)), capped(sum(cost.steps for cost in costs)))
    if code in {codes.GROUPREF, codes.GROUPREF_IGNORE}:
        return Cost(1, LONGEST)  # it compares as many characters as the group has
    if code is codes.GROUPREF_EXISTS:
        return Cost(MANY, MANY)
    return Cost(1, 1)


def anchored(items: Any) -> bool:
    """Returns whether a pattern can match only at the beginning of the text."""
    parts = list(items)
    if not parts:
        return False
    code, value = parts[0]
    if code is codes.SUBPATTERN:
        return anchored(value[-1])
    return code is codes.AT and value in {codes.AT_BEGINNING_STRING, codes.AT_BEGINNING}


def is_simple(pattern: str) -> bool:
    """Returns whether a pattern is one class or character, perhaps repeated: its matches look at no character twice."""
    try:
        tree = list(parser.parse(pattern, re.ASCII))
    except (re.error, OverflowError, RecursionError):
        return False
    if len(tree) == 1 and tree[0][0] is codes.SUBPATTERN:
        tree = list(tree[0][1][-1])
    if len(tree) == 1 and tree[0][0] is codes.MAX_REPEAT:
        tree = list(tree[0][1][2])
    return len(tree) == 1 and tree[0][0] in {codes.IN, codes.LITERAL, codes.NOT_LITERAL, codes.ANY}


def is_safe(pattern: str, *, whole: bool) -> bool:
    """Returns whether a pattern takes few steps on every text; `whole` if it is matched against the whole text only."""
    tree = parser.parse(pattern, re.ASCII)
    lines = tree.state.flags & re.MULTILINE
    starts = 1 if whole or (anchored(tree) and not lines) else LONGEST
    return starts * sequence(tree).steps <= STEPS_MOST
