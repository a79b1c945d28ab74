"""Collects the problems of a script, so that one does not hide the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sql.errors import Problem, Span, place

Done = TypeVar("Done")
PROBLEMS_MOST = 200
WRITTEN_MOST = 200  # characters of the user's words that a plan keeps for each expression


class ReportedError(Exception):
    """Means that a part of the script has no meaning; the problem is written down already."""


class Tried:
    """Tries one part of the script after the other; `failed` says whether one of them had a problem."""

    def __init__(self) -> None:
        self.failed = False

    def __call__(self, work: Callable[[], Done]) -> Done | None:
        try:
            return work()
        except ReportedError:
            self.failed = True
            return None


class Problems:
    """Holds the problems and the warnings that were found so far in a script's text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[Problem, None] = {}

    def add(self, span: Span | None, sentence: str, *, warning: bool = False) -> None:
        """Writes a problem down once. Without a span it is one of the application's other files."""
        line, column = place(self.text, span.start) if span else (0, 1)
        if len(self.found) < PROBLEMS_MOST:
            self.found.setdefault(Problem(line, column, sentence, warning))

    def refused(self, span: Span | None, sentence: str) -> ReportedError:
        """Writes a problem down, and returns the error that gives the part up."""
        self.add(span, sentence)
        return ReportedError(sentence)

    def warn(self, span: Span | None, sentence: str) -> None:
        self.add(span, sentence, warning=True)

    def written(self, span: Span) -> str:
        """Returns the user's words at a place, cut."""
        return self.text[span.start : min(span.end, span.start + WRITTEN_MOST)]

    def line(self, span: Span) -> int:
        return place(self.text, span.start)[0]

    def errors(self, more: Iterable[Problem] = ()) -> list[Problem]:
        """Returns the problems that stop the script, in the order of the text."""
        return sorted((each for each in (*self.found, *more) if not each.warning), key=_position)

    def warnings(self, more: Iterable[Problem] = ()) -> tuple[Problem, ...]:
        """Returns the warnings in the order of the text, those of the parser among them."""
        every = dict.fromkeys((*more, *self.found))
        return tuple(sorted((each for each in every if each.warning), key=_position))


def _position(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column
