"""Collects the faults and doubts of a script, with their lines and columns."""

from bisect import bisect_right

from sql.errors import Problem, ScriptError
from sql.language.bounds import PROBLEMS_MOST


class Broken(Exception):  # noqa: N818 - it is no fault of the program
    """Stops the parsing of a statement: the part behind the fault cannot be read."""

    def __init__(self, offset: int, sentence: str) -> None:
        super().__init__(sentence)
        self.offset = offset
        self.sentence = sentence


class Report:
    """Keeps faults and warnings by their offsets; the same sentence is kept once at each place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: list[int] = []  # the offsets at which lines begin
        self._faults: dict[tuple[int, str], None] = {}
        self._warnings: dict[tuple[int, str], None] = {}
        self._once: set[str] = set()

    def fault(self, offset: int, sentence: str) -> None:
        if len(self._faults) <= PROBLEMS_MOST:
            self._faults.setdefault((offset, sentence))

    def warn(self, offset: int, sentence: str) -> None:
        if len(self._warnings) < PROBLEMS_MOST:
            self._warnings.setdefault((offset, sentence))

    def warn_once(self, offset: int, sentence: str) -> None:
        """Warns at the first place only of those that have the same sentence."""
        if sentence not in self._once:
            self._once.add(sentence)
            self.warn(offset, sentence)

    def raise_faults(self) -> None:
        """Raises ScriptError with all faults and warnings in the order of the text, if there is a fault."""
        if not self._faults:
            return
        faults = sorted(self._faults)
        problems = [self._problem(*fault) for fault in faults[:PROBLEMS_MOST]]
        if len(faults) > PROBLEMS_MOST:
            rest = f"More than {PROBLEMS_MOST} faults were found; the others are left out."
            problems.append(self._problem(faults[PROBLEMS_MOST][0], rest))
        problems += self.warnings()
        raise ScriptError(sorted(problems, key=lambda problem: (problem.line, problem.column)))

    def warnings(self) -> tuple[Problem, ...]:
        """Returns the warnings in the order of the text."""
        return tuple(self._problem(offset, sentence, warning=True) for offset, sentence in sorted(self._warnings))

    def place(self, offset: int) -> tuple[int, int]:
        """Returns line and column, both from 1. Unlike `sql.errors.place`, it reads the text once for many places."""
        if not self._lines:
            self._lines = [0] + [at + 1 for at, character in enumerate(self.text) if character == "\n"]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _problem(self, offset: int, sentence: str, *, warning: bool = False) -> Problem:
        return Problem(*self.place(offset), sentence, warning=warning)
