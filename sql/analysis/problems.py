"""Collects the problems of a script, so that one does not hide the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sql.errors import Problem, Span, place
from sql.plan.words import cut

Done = TypeVar("Done")
PROBLEMS_MOST = 200
WRITTEN_MOST = 200  # characters of the user's words that a plan keeps for each expression


class ReportedError(Exception):
    """Means that a part of the script has no meaning; the problem is written down already."""


class TooManyError(Exception):
    """Means that so many problems were found that the rest of the script is not looked at."""


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
        if not warning and len(self.found) >= PROBLEMS_MOST:
            rest = f"More than {PROBLEMS_MOST} problems were found; the others are left out."
            self.found.setdefault(Problem(line, column, rest))
            raise TooManyError
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

    def words(self, span: Span) -> str:
        """Returns the user's words at a place for a message: on one line, and short."""
        return cut(self.written(span))

    def line(self, span: Span) -> int:
        return place(self.text, span.start)[0]

    @property
    def stops(self) -> bool:
        """Returns whether a problem stops the script."""
        return not all(each.warning for each in self.found)

    def every(self, more: Iterable[Problem] = ()) -> list[Problem]:
        """Returns problems and warnings in the order of the text, those of the parser among them."""
        return sorted(dict.fromkeys((*more, *self.found)), key=_position)

    def warnings(self, more: Iterable[Problem] = ()) -> tuple[Problem, ...]:
        """Returns the warnings in the order of the text, those of the parser among them."""
        return tuple(each for each in self.every(more) if each.warning)


def _position(problem: Problem) -> tuple[int, int]:
    return problem.line, problem.column
