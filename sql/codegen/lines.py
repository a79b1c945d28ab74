"""Collects the lines of a function in generated code, and remembers which expression each line computes."""

from typing import NamedTuple

from sql.errors import Span


class Mark(NamedTuple):
    """Names the expression of a line, for the fault of a row: the column that it computes, and the user's words."""

    column: str = ""
    written: str = ""
    span: Span = Span(0, 0)


class Lines:
    """Holds lines of source, numbered from `first`."""

    def __init__(self, first: int = 1) -> None:
        self.texts: list[str] = []
        self.marks: dict[int, Mark] = {}
        self._first = first
        self._depth = 0

    def add(self, text: str, mark: Mark | None = None) -> None:
        if mark is not None:
            self.marks[self._first + len(self.texts)] = mark
        self.texts.append("    " * self._depth + text)

    def indent(self, steps: int = 1) -> None:
        self._depth += steps

    def block(self, head: str, body: list[str]) -> None:
        """Adds a statement with a body of simple lines; no body, no statement."""
        if body:
            self.add(head)
            self.texts += ["    " * (self._depth + 1) + line for line in body]
