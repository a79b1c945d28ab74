"""Makes the lines of a series from figures: of the database, of stored steps, or of rows in memory."""

from collections.abc import Callable, Mapping

from streams.declarations import Line, Question, Series

Figure = float | None


def steps(asked: Question) -> range:
    """Returns the numbers of the steps of a question, since 1970 and its phase."""
    return range((asked.start - asked.phase) // asked.step, -((asked.phase - asked.end) // asked.step))


def later(asked: Question, start: int) -> int:
    """Returns the start of about half of the time from `start` on: a step, or more steps, later."""
    return start + max(asked.step, (asked.end - start) // 2 // asked.step * asked.step)


def ordered(wholes: Mapping[str, Figure]) -> list[str]:
    """Returns the names with the greatest figures first, and those without one last."""
    return sorted(wholes, key=lambda name: (wholes[name] is None, -(wholes[name] or 0), name))


def series(
    asked: Question, names: list[str], wholes: Mapping[str, Figure], cell: Callable[[str, int], Figure], since: int
) -> Series:
    """Returns the first lines of those with these names, in their order; without `by`, the one line.

    `cell` returns the figure of a line and of the step with a number. Rows before `since` were not read.
    """
    lines = [
        Line(name, [cell(name, number) for number in steps(asked)], wholes.get(name))
        for name in (names[: asked.most] if asked.by else [""])
    ]
    return Series(asked.start, asked.step, lines, max(0, len(names) - asked.most) if asked.by else 0, since)
