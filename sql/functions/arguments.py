"""Checks the types of a function's arguments against a short description of them."""

from collections.abc import Callable
from typing import Any

from sql.functions.function import Constants, TypeProblem, Types
from sql.functions.rules import TIMES
from sql.types import NUMERIC, Family, Kind, Type

# A letter names the families that an argument may have.
KINDS: dict[str, tuple[frozenset[Family], str]] = {
    "s": (frozenset({Family.TEXT}), "a text"),
    "i": (frozenset({Family.WHOLE}), "a whole number"),
    "n": (NUMERIC, "a number"),
    "t": (TIMES, "a date or time"),
    "T": (frozenset({Family.TIMESTAMP}), "a TIMESTAMP"),
    "d": (frozenset({Family.TIMESTAMP, Family.DATE}), "a TIMESTAMP or a DATE"),
    "v": (frozenset({Family.INTERVAL}), "an interval"),
    "q": (TIMES | {Family.INTERVAL}, "a date, a time or an interval"),
    "b": (frozenset({Family.TEXT, Family.BYTES}), "a text or bytes"),
}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
Result = Callable[[Types, Constants], Type]


def takes(name: str, letters: str, result: Result | Type, *, least: int | None = None) -> Result:
    """Returns the typing of a function with the arguments `letters`; `least` of them must be there."""
    fewest = len(letters) if least is None else least

    def typing(types: Types, constants: Constants) -> Type:
        check_count(name, len(types), fewest, len(letters))
        for place, (letter, of) in enumerate(zip(letters, types, strict=False)):
            check_argument(name, place, letter, of)
        return result if isinstance(result, Type) else result(types, constants)

    return typing


def check_count(name: str, count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise TypeProblem(f"{name} takes {wanted} argument{'s' if wanted != '1' else ''}, not {count}.")


def check_argument(name: str, place: int, letter: str, of: Type) -> None:
    families, words = KINDS[letter]
    if of.kind == Kind.NULL or of.family in families:
        return
    which = f"the {ORDINALS[place]} argument of {name}"
    hint = "; CAST it" if castable_hint(letter, of) else ""
    raise TypeProblem(f"{which[0].upper()}{which[1:]} must be {words}, not {of}{hint}.")


def castable_hint(letter: str, of: Type) -> bool:
    """Returns whether a CAST is the likely mend: text to numbers and times, and all to text."""
    return of.family == Family.TEXT or letter == "s"


def first_type(types: Types, constants: Constants) -> Type:
    return types[0]


def constant(constants: Constants, place: int) -> Any:
    """Returns a constant argument, or None if it is not there or not constant."""
    return constants[place] if place < len(constants) else None
