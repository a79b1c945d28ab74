"""Reads the values of a configuration, and refuses wrong ones in sentences with file, line and name."""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from common import expressions
from common.expressions import Expression
from common.text import quoted
from streams.core import names
from streams.sources.base import SourceError

MOST_HEADERS = 1_000_000


class Table:
    """Holds the values of one table or object of a configuration file."""

    def __init__(self, values: Mapping[str, Any], path: Path, line: Callable[[str], int | None]) -> None:
        self.values = values
        self._path = path
        self._line = line  # of a key; None if it is not known

    def within(self, values: Mapping[str, Any]) -> "Table":
        """Returns an inner table of this one; its lines are found in the same way."""
        return Table(values, self._path, self._line)

    def of(self, values: Mapping[str, Any], lines: Mapping[str, int]) -> "Table":
        """Returns a table of the same file, with lines of its own."""
        first = min(lines.values(), default=None)
        return Table(values, self._path, lambda key: lines.get(key, first))

    def fault(self, key: str, why: str) -> SourceError:
        """Returns the error for a key."""
        return SourceError(f"{self.place(key)}: {why}.")

    def place(self, key: str) -> str:
        line = self._line(key)
        return f"{self._path}, line {line}" if line else str(self._path)

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Raises SourceError for a key that is none of the known ones, with the nearest of them."""
        for key in self.values:
            if key not in known:
                near = get_close_matches(key, known, n=1, cutoff=0.6)
                hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}."
                raise SourceError(f"{self.place(key)}: {quoted(key)} is not known; {hint}")

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a text; without a default it is required."""
        value = self.values.get(key, default)
        if value is None:
            raise self.fault(key, f"{key!r} is missing")
        if not isinstance(value, str):
            raise self.fault(key, f"{key!r} must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns one text or several; at least one is required."""
        value = self.values.get(key)
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not found or not all(isinstance(each, str) and each for each in found):
            raise self.fault(key, f"{key!r} must be a text, or a list of texts")
        return tuple(found)

    def paths(self, key: str) -> tuple[str, ...]:
        """Returns one or several patterns of paths."""
        found = self.texts(key)
        if any("\0" in each for each in found):
            raise self.fault(key, f"{key!r} has a NUL character, which no path has")
        return found

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in choices:
            near = get_close_matches(value, choices, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(choices)}."
            raise SourceError(f"{self.place(key)}: {key} is {quoted(value)}; {hint}")
        return value

    def whole(self, key: str, most: int, default: int = 0) -> int:
        """Returns a whole number from 0; Kinesis Agent takes it as a text too."""
        value = self.values.get(key, default)
        if isinstance(value, str) and re.fullmatch("[0-9]{1,12}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self.fault(key, f"{key!r} must be a whole number from 0 to {most:,}")
        return value

    def truth(self, key: str, *, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, f"{key!r} must be true or false")
        return value

    def stream(self, key: str) -> str:
        name = self.text(key)
        if fault := names.stream_fault(name):
            raise self.fault(key, fault.rstrip("."))
        return name

    def pattern(self, key: str, *, searched: bool = False) -> Expression | None:
        """Returns a compiled pattern, or None; `searched` says that it may match anywhere in a record.

        Its digits, words and spaces are those of ASCII, as in Java.
        """
        if key not in self.values:
            return None
        try:
            return expressions.compiled(self.text(key), searched=searched)
        except ValueError as error:
            raise self.fault(key, f"{key!r} is no pattern to use here: {error}") from None
