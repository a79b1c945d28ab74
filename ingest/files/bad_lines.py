"""Counts the lines that cannot be put, and makes the sentences that tell people of them."""

from collections.abc import Iterator

TOLD = 10  # bad lines that are told one by one; a file of another kind would fill the terminal


class BadLineError(ValueError):
    """Means that a line cannot be put; the message is the reason, `detail` the part that differs by line."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class BadLines:
    """Counts bad lines by their reasons, which are few; the first TOLD lines are told with number and detail."""

    fate = "skipped"  # the end of a sentence about a bad line

    def __init__(self, name: str) -> None:
        self.total = 0
        self.name = name
        self._reasons: dict[str, tuple[int, int]] = {}  # by reason: how many lines, and the number of the first
        self._waiting: list[str] = []

    def add(self, number: int, error: BadLineError) -> None:
        """Counts the line of that number, from 1."""
        self.total += 1
        count, first = self._reasons.get(error.reason, (0, number))
        self._reasons[error.reason] = (count + 1, first)
        if self.total <= TOLD:
            detail = f" ({error.detail})" if error.detail else ""
            self._waiting.append(f"{self.name}, line {number:,}: {error.reason}{detail}; the line is {self.fate}.")
        if self.total == TOLD + 1:
            self._waiting.append(f"{self.name}: further bad lines are only counted.")

    def say(self, sentence: str) -> None:
        """Adds a sentence of another kind about the file."""
        self._waiting.append(f"{self.name} {sentence}")

    def notes(self) -> list[str]:
        """Returns the sentences since the last call."""
        notes, self._waiting = self._waiting, []
        return notes

    def sum_up(self) -> Iterator[str]:
        """Yields a sentence with the count and the first line of each reason, if not all bad lines were told."""
        if self.total > TOLD:
            kinds = [f"{count:,} × {kind} (first in line {first:,})" for kind, (count, first) in self._reasons.items()]
            yield f"{self.name}: {self.total:,} lines were {self.fate}: {'; '.join(kinds)}."
