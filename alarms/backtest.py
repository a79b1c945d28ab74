"""Counts the alarms and notices that a rule would have made of rows that are kept: by the evaluation of the live rule.

It is pure: rows in, counts out. Rows that change nothing are passed over without being judged, so that a level can be
moved by hand while a week is counted again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from alarms.evaluation import RESOLVED, Evaluation, Found, KeyState, Seen
from alarms.spec import RuleSpec

Row = tuple[int, str, float | None]  # time in milliseconds, key, value


class Count(NamedTuple):
    """Holds the number of alarms and notices of a rule in a time."""

    alarms: int = 0
    notices: int = 0  # of beginnings and repetitions
    ends: int = 0  # notices of the end
    open: int = 0  # alarms that had not ended
    keys: int = 0  # with an alarm


class Series(NamedTuple):
    """Holds the rows of one key, in the order of time."""

    times: list[int]
    values: list[float | None]


def by_key(rows: Iterable[Row]) -> dict[str, Series]:
    """Returns the rows of each key; rows come in the order of time. It is worth keeping while a level moves."""
    found: dict[str, Series] = {}
    for time, key, value in rows:
        series = found.get(key)
        if series is None:
            series = found[key] = Series([], [])
        series.times.append(time)
        series.values.append(value)
    return found


def recount(spec: RuleSpec, keys: dict[str, Series], start: int, end: int, *, skip: bool = True) -> Count:
    """Counts the alarms that a rule makes of the rows of a time, with no state at its beginning.

    Without `skip` each row is judged, which gives the same count.
    """
    evaluation = Evaluation(spec)
    counts = dict.fromkeys(Count._fields, 0)
    begins = spec.kind == "absent" and not spec.by  # the whole output is waited for from the beginning on
    for series in keys.values() or ([Series([], [])] if begins else []):
        walk = _Walk(evaluation, series, skip=skip)
        walk.run(KeyState(1, last=start) if begins else None, end)
        for name, value in walk.counts.items():
            counts[name] += value
    return Count(**counts)


class _Walk:
    """Leads the evaluation through the rows of one key, from one row that matters to the next."""

    def __init__(self, evaluation: Evaluation, series: Series, *, skip: bool) -> None:
        self._evaluation, self._spec = evaluation, evaluation.spec
        self._times, self._values = series
        self._skips = skip and not self._spec.window and self._spec.kind != "row"
        self.counts = dict.fromkeys(Count._fields, 0)

    def run(self, state: KeyState | None, end: int) -> None:
        """Judges the rows, and lets time pass up to the end."""
        evaluation, at = self._evaluation, 0
        state = state or KeyState(1)
        while (at := self._next(state, at) if self._skips else at) < len(self._times):
            self._take(evaluation.observe(state, Seen(self._times[at], self._values[at])))
            at += 1
        self._take(evaluation.advance(state, end))
        self.counts["open"] = int(state.incident is not None and state.incident.ended is None)
        self.counts["keys"] = int(self.counts["alarms"] > 0)

    def _next(self, state: KeyState, at: int) -> int:
        """Returns the place of the next row to judge, and tells the state of those before it."""
        if self._spec.kind == "absent":
            found = self._first(self._gaps, at)
            if found > at:
                state.last = self._times[found - 1]
            return found
        if state.since is not None:
            return at  # each row may end the time for which the condition must hold
        if state.incident is None or state.incident.ended is not None:
            return self._first(self._beyond, at)
        found = min(self._first(self._clearing, at), self._first(self._gaps, at))
        self._burn(state, at, found)
        return found

    def _burn(self, state: KeyState, at: int, to: int) -> None:
        """Takes the rows of an open episode up to one that may end it: each calls, and some calls are told."""
        while (place := self._telling(state, at)) < to:
            state.notified, state.held, at = self._times[place], 0, place + 1
            self.counts["notices"] += 1
        state.held += bisect_left(self._beyond, to) - bisect_left(self._beyond, at)
        if last := bisect_left(self._known, to):
            state.last = self._times[self._known[last - 1]]

    def _telling(self, state: KeyState, at: int) -> int:
        """Returns the place of the next call that the rule does not hold back, in an episode that was told already."""
        if self._spec.suppress == "episode" or state.notified is None:
            return len(self._times)
        free = bisect_left(self._times, state.notified + self._spec.interval, at)
        return self._first(self._beyond, free)

    def _first(self, places: Sequence[int], at: int) -> int:
        """Returns the first of the places that is not before `at`; the number of rows if there is none."""
        found = bisect_left(places, at)
        return places[found] if found < len(places) else len(self._times)

    @cached_property
    def _known(self) -> Sequence[int]:
        """Holds the places of the rows with a value."""
        if None not in self._values:
            return range(len(self._values))
        return [place for place, value in enumerate(self._values) if value is not None]

    @cached_property
    def _beyond(self) -> list[int]:
        """Holds the places of the rows that reach the raise level."""
        level, values = self._spec.level or 0.0, enumerate(self._values)
        if self._spec.kind == "above":
            return [place for place, value in values if value is not None and value >= level]
        return [place for place, value in values if value is not None and value <= level]

    @cached_property
    def _clearing(self) -> list[int]:
        """Holds the places of the rows that clear an alarm."""
        level, values = self._spec.clears_at, enumerate(self._values)
        if self._spec.kind == "above":
            return [place for place, value in values if value is not None and value < level]
        return [place for place, value in values if value is not None and value > level]

    @cached_property
    def _gaps(self) -> list[int]:
        """Holds the places of the rows before which none came for so long that time alone did something."""
        absent = self._spec.kind == "absent"
        longest = self._spec.after if absent else self._spec.lapse
        if not absent and not longest:
            return []
        times = [self._times[place] for place in self._known] if not absent else self._times
        found = [place for place, (one, other) in enumerate(pairwise(times), 1) if other - one >= longest]
        places = found if absent else [self._known[place] for place in found]
        return [0, *places] if absent else places

    def _take(self, found: Iterable[Found]) -> None:
        for each in found:
            self.counts["alarms"] += each.cause is not None
            for told in each.told:
                self.counts["ends" if told.kind == RESOLVED else "notices"] += 1
