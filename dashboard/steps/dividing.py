"""Divides the time of a question into stored steps, days of a zone among them, and the spans whose rows are read."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from dashboard.steps.building import Steps
from dashboard.steps.models import ALL, RowStep
from dashboard.steps.pieces import ROWS, RUNS, Pieces, batched, pieces
from streams.core import clock
from streams.declarations import Question
from streams.models import zoned_days
from streams.models.zoned_days import DAY

SPANS = 60  # spans of one answer: each is a query
STEPS = 600  # shorter steps in place of days of zones, about 40 days: with more, a few spans are read instead


class Part(NamedTuple):
    """Names the stored steps of one length from and before a time, in seconds; `which` chooses some of them."""

    step: int
    start: int
    end: int
    which: Q = Q()


Divided = tuple[list[Part], list[tuple[int, int]]]  # stored steps, and the spans, in milliseconds, whose rows are read


def divided_time(
    kept: Steps, asked: Question, lengths: Sequence[int], levels: Sequence[int], changed: Sequence[int]
) -> Divided | None:
    """Returns what a time is read from, in steps of one length; None if that is too much."""
    found = pieces(asked.start, asked.end, levels, changed)
    if sum(map(len, found.values())) > SPANS:
        return None
    for parts in _divisions(asked, found, lengths, levels):
        if _usable(kept, asked, parts):
            return parts, found.get(ROWS, [])
    return None


def divided_days(kept: Steps, asked: Question, edges: Sequence[int], changed: Sequence[int]) -> Divided | None:
    """Returns the same for days that begin at these times, the last of which is an end: each piece is of one day.

    A day that is not stored is read from the steps that together are it.
    """
    lengths = [level * clock.SECOND for level in reversed(kept.levels)]
    if not lengths or any(edge % lengths[-1] for edge in edges):
        return None
    parts, starts = _days(kept, asked.stream, edges, changed)
    shorter: dict[int, list[int]] = defaultdict(list)
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        if start not in starts:
            found = pieces(start, min(end, asked.end), lengths, changed)
            spans += found.pop(ROWS, [])
            for length, within in found.items():
                shorter[length] += [at // clock.SECOND for since, until in within for at in range(since, until, length)]
    if len(spans) > SPANS or sum(map(len, shorter.values())) > STEPS:
        return None
    for length, found_at in shorter.items():
        level = length // clock.SECOND
        parts.append(Part(level, found_at[0], found_at[-1] + level, Q(start__in=found_at)))
    return (parts, spans) if _usable(kept, asked, parts) else None


def of_steps(kept: Steps, asked: Question) -> str:
    """Returns RowStep.of of the steps that answer a question."""
    return kept.of({asked.by, *asked.where, asked.column if asked.function == "distinct" else ""} - {""})


def stored(kept: Steps, stream: str, parts: Sequence[Part], of: str) -> Iterator[QuerySet[RowStep]]:
    """Yields queries that together find the steps of all parts; mostly it is one, since each costs as much as its rows.

    Everything stands in each part of the condition, so that SQLite, too, looks into the index for each.
    """
    steps = RowStep.objects.alias(of_day=F("start") % DAY)
    same = {"dataset": kept.dataset, "stream": stream, "of": of}
    conditions = [Q(**same, step=step, start__gte=start, start__lt=end) & which for step, start, end, which in parts]
    for few in batched(conditions, RUNS):
        yield steps.filter(reduce(or_, few))


def _days(kept: Steps, stream: str, edges: Sequence[int], changed: Sequence[int]) -> tuple[list[Part], Collection[int]]:
    """Returns the parts that are days whose sums are stored and up to date, and the beginnings of these days."""
    seconds = [edge // clock.SECOND for edge in edges]
    stale = {seconds[bisect_right(edges, minute) - 1] for minute in changed}
    parts: list[Part] = []
    days = zoned_days.kept(kept.application, stream, seconds) - stale
    phases = {start % DAY for start in days}
    lacking = {phase for phase in phases if not kept.has(zoned_days.step_of(phase))}
    if lacking:
        days = {start for start in days if start % DAY not in lacking}
    for start in sorted(days):
        step, since = zoned_days.step_of(start), start
        if parts and (parts[-1].step, parts[-1].end) == (step, start):
            since = parts.pop().start
        parts.append(Part(step, since, start + DAY))
    return parts, {start * clock.SECOND for start in days}


def _divisions(asked: Question, found: Pieces, lengths: Sequence[int], levels: Sequence[int]) -> Iterator[list[Part]]:
    """Yields the parts from which a time may be read, those with the fewest steps first.

    The days of a zone are no sums of the longer steps, since one of them lies across the beginning of each day. The
    others are read, and only in place of that one the shorter ones, which end where the days do.
    """
    parts = [
        Part(level // clock.SECOND, start // clock.SECOND, end // clock.SECOND)
        for level, spans in found.items()
        for start, end in (spans if level != ROWS else ())
    ]
    longest = levels[0] // clock.SECOND
    for length in (each // clock.SECOND for each in lengths):
        if asked.step == DAY * clock.SECOND and longest < length < DAY:
            yield [each for part in parts for each in _with_longer(part, length, asked.phase // clock.SECOND)]
    yield parts


def _with_longer(part: Part, length: int, phase: int) -> Iterator[Part]:
    """Yields the parts of a part of several days, with the steps of a longer length that lie within one day."""
    first, last = -(-part.start // length) * length, part.end // length * length
    if last - first < 2 * DAY:
        yield part
        return
    across = phase // length * length % DAY  # where the longer step begins that lies in two days
    yield Part(length, first, last, ~Q(of_day=across))
    yield Part(part.step, first, last, Q(of_day__gte=across, of_day__lt=across + length))
    for start, end in ((part.start, first), (last, part.end)):
        if start < end:
            yield Part(part.step, start, end)


def _usable(kept: Steps, asked: Question, parts: Sequence[Part]) -> bool:
    """Returns whether no step of a time holds too many rows, or too many combinations of texts, to be kept."""
    lacks = Q(rows=None) | (Q(complete=False) if of_steps(kept, asked) != ALL else Q())
    return not any(steps.filter(lacks).exists() for steps in stored(kept, asked.stream, parts, ALL))
