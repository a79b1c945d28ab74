"""Divides the time of a question into stored steps, days of a zone among them, and the spans whose rows are read."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from dashboard.steps.building import Steps
from dashboard.steps.models import ALL, RowStep
from dashboard.steps.pieces import ROWS, Pieces, batched, pieces
from streams.core import clock
from streams.declarations import Question
from streams.models import zoned_days
from streams.models.zoned_days import DAY

SPANS = 60  # spans of one answer: each is a query


class Part(NamedTuple):
    """Names the stored steps of one length from and before a time, in seconds; `which` chooses some of them."""

    step: int
    start: int
    end: int
    which: Q = Q()


def divided_time(
    kept: Steps, asked: Question, lengths: Sequence[int], levels: Sequence[int], changed: Sequence[int]
) -> tuple[list[Part], list[tuple[int, int]]] | None:
    """Returns the parts from which a time is read, and the spans whose rows are; None if they are too many."""
    whole = _days(kept, asked, changed)
    for days in [whole, []] if whole else [[]]:
        edges = [asked.start, *(edge for day in days for edge in (day.start * clock.SECOND, day.end * clock.SECOND))]
        found: Pieces = defaultdict(list)
        for start, end in batched([*edges, asked.end], 2):
            for level, spans in pieces(start, end, levels, changed).items():
                found[level] += spans
        if sum(map(len, found.values())) <= SPANS:
            for parts in _divisions(asked, found, lengths, levels):
                if _usable(kept, asked, [*days, *parts]):
                    return [*days, *parts], found.get(ROWS, [])
    return None


def of_steps(kept: Steps, asked: Question) -> str:
    """Returns RowStep.of of the steps that answer a question."""
    return kept.of({asked.by, *asked.where, asked.column if asked.function == "distinct" else ""} - {""})


def stored(kept: Steps, stream: str, parts: Sequence[Part], of: str) -> Iterator[QuerySet[RowStep]]:
    """Yields the steps of each part: of one, the index leads to them."""
    for step, start, end, which in parts:
        mine = RowStep.objects.filter(dataset=kept.dataset, stream=stream, step=step, of=of)
        yield mine.filter(start__gte=start, start__lt=end).alias(of_day=F("start") % DAY).filter(which)


def _days(kept: Steps, asked: Question, changed: Sequence[int]) -> list[Part]:
    """Returns the parts of a time that are days of a zone whose sums are stored and up to date."""
    length = zoned_days.step_of(asked.phase // clock.SECOND)
    if asked.step != DAY * clock.SECOND or not kept.has(length) or length == DAY:
        return []
    phase = length - DAY
    first = phase - (phase * clock.SECOND - asked.start) // (DAY * clock.SECOND) * DAY
    edges = range(first, asked.end // clock.SECOND + 1, DAY)
    stale = {(minute // clock.SECOND - phase) // DAY * DAY + phase for minute in changed}
    parts: list[Part] = []
    for start in sorted(zoned_days.kept(kept.application, asked.stream, edges) - stale):
        since = parts.pop().start if parts and parts[-1].end == start else start
        parts.append(Part(length, since, start + DAY))
    return parts


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
