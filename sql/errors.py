"""Defines the two kinds of faults: a script's, found before anything runs, and a row's, found while it runs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """Marks a part of a script: the offsets of its first character and of the one after its last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Describes a fault, or a doubt, in a script: a sentence in the user's own words, and the place."""

    line: int  # from 1; 0 for the application's other files
    column: int  # from 1
    sentence: str
    warning: bool = False

    def __str__(self) -> str:
        """Returns `line:column: sentence`, the form of `sql check`."""
        return f"{self.line}:{self.column}: {'warning: ' if self.warning else ''}{self.sentence}"


class ScriptError(Exception):
    """Means that a script cannot run. `problems` has every fault that was found, in the order of the text."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Fault(StrEnum):
    """Names the kind of a row's fault: the ERROR_NAME of `error_stream`."""

    PARSE = "PARSE"
    COERCION = "COERCION"
    ARITHMETIC = "ARITHMETIC"
    CAST = "CAST"
    NOT_NULL = "NOT_NULL"
    ORDER = "ORDER"
    FUNCTION = "FUNCTION"
    LIMIT = "LIMIT"  # a bound of the engine, such as the keys of a window, was reached


class RowError(Exception):
    """Means that a value of one row cannot be computed; the message is a sentence that names the value."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault


def place(text: str, offset: int) -> tuple[int, int]:
    """Returns line and column, both from 1, of an offset in a script."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
