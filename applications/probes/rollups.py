"""Builds the checks of longer steps from those of minutes, and reads the longest that fit."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from applications.probes.models import PROBES, Counted, ProbeMinute, ProbeStep
from applications.probes.results import SUMS, Tally
from streams.models.rollups import Ladder
from streams.models.upsert import upsert

MINUTE, STEPS = 60, (1800, 10_800, 86_400)  # seconds; each divides the next
COUNTS = (*SUMS, "longest")
KEY = ["stream", "step", "probe", "start", "place"]
Tallies = dict[str, dict[datetime, dict[str, Tally]]]  # by probe, beginning of the step, and place
_decode = msgspec.json.Decoder(dict[int, int]).decode


def fields(tally: Tally) -> dict[str, Any]:
    """Returns the fields of a row."""
    counts = {name: getattr(tally, name) for name in COUNTS}
    return counts | {"histogram": msgspec.json.encode(tally.histogram).decode()}


def tally_of(row: Counted) -> Tally:
    """Returns the checks of a row."""
    return Tally(**{name: getattr(row, name) for name in COUNTS}, histogram=_decode(row.histogram))


def merged(found: Iterable[Tally]) -> Tally:
    """Returns the sum of tallies."""
    whole = Tally()
    for each in found:
        whole.merge(each)
    return whole


def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
    """Stores the checks of these steps, of each probe and place that had any."""
    rows = []
    for start in starts:
        found: dict[tuple[str, str], list[Tally]] = defaultdict(list)
        for row in _within(stream, step, start):
            found[row.probe, row.place].append(tally_of(row))
        rows += [
            ProbeStep(stream=stream, step=step, start=start, probe=probe, place=place, **fields(merged(tallies)))
            for (probe, place), tallies in found.items()
        ]
    upsert(rows, key=KEY)


LADDER = Ladder(PROBES, STEPS, build)


def tallies(stream: str, probes: Sequence[str], start: datetime, end: datetime, step: int) -> Tallies:
    """Returns the checks of probes by steps of `step` seconds from `start` on, from the longest rows that divide it."""
    level, length = level_of(step), timedelta(seconds=step)
    rows: Iterable[Any]
    if level == MINUTE:
        minutes = ProbeMinute.objects.filter(stream=stream, probe__in=probes, minute__gte=start, minute__lt=end)
        rows = ((row.minute, row) for row in minutes.iterator())
    else:
        steps = ProbeStep.objects.filter(stream=stream, step=level, probe__in=probes, start__gte=start, start__lt=end)
        rows = ((row.start, row) for row in steps.iterator())
    found: Tallies = defaultdict(lambda: defaultdict(dict))
    for at, row in rows:
        places = found[row.probe][start + (at - start) // length * length]
        if row.place in places:
            places[row.place].merge(tally_of(row))
        else:
            places[row.place] = tally_of(row)
    return found


def level_of(step: int) -> int:
    """Returns the longest stored step that divides a step, both in seconds."""
    return max((size for size in STEPS if step % size == 0), default=MINUTE)


def _within(stream: str, step: int, start: datetime) -> Iterator[Counted]:
    end = start + timedelta(seconds=step)
    if step == STEPS[0]:
        yield from ProbeMinute.objects.filter(stream=stream, minute__gte=start, minute__lt=end).iterator()
    else:
        below = STEPS[STEPS.index(step) - 1]
        yield from ProbeStep.objects.filter(stream=stream, step=below, start__gte=start, start__lt=end).iterator()
