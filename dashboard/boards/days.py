"""Answers a curve in the days of a zone: most have 24 hours, those in which clocks change 23 or 25."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from msgspec.structs import replace

from streams.core.clock import SECOND
from streams.declarations import Line, Question, Series

DAY = 86_400 * SECOND


def runs(edges: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yields (start, end, length of a day) of each run of days of one length, from the beginnings of the days."""
    for length, days in groupby(pairwise(edges), key=lambda day: day[1] - day[0]):
        found = list(days)
        yield found[0][0], found[-1][1], length


def series(ask: Callable[[Question], Series], asked: Question, edges: Sequence[int]) -> Series:
    """Returns the answer of a dataset in days that begin at these times, the last of which is an end.

    The dataset is asked once for the whole time, which chooses the lines, and once for each run of days.
    """
    total = ask(replace(asked, whole=True))
    where = {**asked.where, **({asked.by: [line.name for line in total.lines]} if asked.by else {})}
    values: dict[str, list[float | None]] = {line.name: [] for line in total.lines}
    since = [total.since]
    for start, end, length in runs(edges) if values else ():
        until = min(end, asked.end)
        mine = replace(asked, start=start, end=until, step=length, phase=start, where=where, most=len(values))
        found = ask(mine)
        since += [found.since] if found.since > start else []
        known = {line.name: line.values for line in found.lines}
        for name, before in values.items():
            before += known.get(name, [None] * -((start - until) // length))
    lines = [Line(line.name, values[line.name], line.whole) for line in total.lines]
    return Series(edges[0], DAY, lines, total.more, max(since), edges)
