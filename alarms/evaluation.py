"""Computes episodes of one rule and one key from observations and time: a pure state machine.

Its findings depend on the observations and their times alone, however they are cut into steps: before it takes an
observation, it ends everything that time alone ended up to then, each thing at its own time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from alarms.spec import DAY, PLACES, RuleSpec
from streams.core.clock import MINUTE

CLEARED, LAPSED, CHANGED, REMOVED, ENDED = "cleared", "no rows", "rule changed", "rule removed", "shard ended"
FIRING, AGAIN, RESOLVED = "firing", "again", "resolved"  # the kinds of a notice


_FIRST = itemgetter(0)
HELD = DAY  # how long calls that were held back wait for a notice that can tell of them


class Told(NamedTuple):
    """Describes a notice: `number` counts those of its episode, from 1."""

    kind: str
    number: int
    at: int  # milliseconds
    value: float | None
    suppressed: int  # calls that were held back since the notice before


class Seen(NamedTuple):
    """Holds one observation of a key."""

    time: int
    value: float | None = None  # None for rules that need no column
    place: str = ""
    row: Mapping[str, Any] = {}
    version: int | None = None


class Incident(msgspec.Struct, array_like=True):
    """Holds an episode, from the time at which the condition held. Times are in milliseconds."""

    started: int
    place: str  # of the observation that raised it; "" when time alone did
    value: float | None
    peak: float | None
    ended: int | None = None
    calls: int = 0
    notices: int = 0
    suppressed: int = 0
    ending: str = ""  # why it ended


class KeyState(msgspec.Struct, array_like=True):
    """Holds the state of one key that is not well, or that time alone will change."""

    version: int  # of the rule
    partition: str = ""  # the partition key of its records; "" where the key is not tied to one
    since: int | None = None  # when the condition began to hold, while it has not held for so long
    incident: Incident | None = None  # open, or ended within `quiet`
    notified: int | None = None  # the latest notice, while it holds others back
    held: int = 0  # calls since that notice
    last: int | None = None  # the latest observation
    window: list[tuple[int, float]] = []  # (time at which it leaves, value)


class Found(NamedTuple):
    """Holds an incident that began, changed or ended, its notices, and the observation that raised it if it began."""

    incident: Incident
    told: list[Told]
    cause: Seen | None = None


class Evaluation:
    """Moves the states of one rule on."""

    def __init__(self, spec: RuleSpec) -> None:
        self.spec = spec
        self._leveled = spec.kind in ("above", "below")
        self._sign = -1.0 if spec.kind == "below" else 1.0
        self._step = max(1, spec.window // PLACES)

    @property
    def follows_all(self) -> bool:
        """Returns whether every observation changes the state of its key, also that of a key without state."""
        return not self._leveled or self.spec.window > 0

    @property
    def value_of_row(self) -> float | None:
        """Returns the value of a row for a rule without a column: a count needs one, the other rules have none."""
        return 1.0 if self._leveled else None

    def is_beyond(self, value: float) -> bool:
        """Returns whether a value reaches the level."""
        assert self.spec.level is not None
        return self._sign * value >= self._sign * self.spec.level

    def observe(self, state: KeyState, seen: Seen) -> Iterator[Found]:
        """Takes an observation; first everything happens that time alone brings up to then."""
        yield from self.advance(state, seen.time)
        if self._leveled:
            if seen.value is not None:
                state.last = seen.time
                value = self._entered(state, seen.time, seen.value) if self.spec.window else seen.value
                yield from self._judge(state, seen._replace(value=value))
            return
        state.last = seen.time
        if self.spec.kind == "row":
            yield self._call(state, seen, seen.time)
        elif state.incident and state.incident.ended is None:
            yield self._clear(state, seen.time, CLEARED)

    def advance(self, state: KeyState, time: int) -> Iterator[Found]:
        """Lets time pass: everything due up to `time` happens, at its own time."""
        while (due := min(self._dues(state), key=_FIRST, default=None)) and due[0] <= time:
            yield from due[1](state, due[0])

    def due(self, state: KeyState) -> int | None:
        """Returns the next time at which time alone changes the state; None for none."""
        due = min(self._dues(state), key=_FIRST, default=None)
        return due[0] if due else None

    def is_well(self, state: KeyState) -> bool:
        """Returns whether the state says nothing, so that it need not be kept."""
        return state.incident is None and state.since is None and self.due(state) is None

    def end(self, state: KeyState, time: int, ending: str) -> Iterator[Found]:
        """Ends the episode for a reason that no record gives."""
        incident = state.incident
        if incident is None:
            return
        time = max(time, incident.started)
        if incident.ended is None:
            yield self._clear(state, time, ending)
        yield from self._resolve(state, time)

    def _dues(self, state: KeyState) -> Iterator[tuple[int, Callable[[KeyState, int], Iterable[Found]]]]:
        """Yields each change that time alone brings, with its time; of two at one time the first one comes first."""
        spec, incident, last = self.spec, state.incident, state.last
        is_open = incident is not None and incident.ended is None
        if state.window:
            yield state.window[0][0], self._leave
        if incident and incident.ended is not None:
            yield incident.ended + (spec.quiet if incident.ending == CLEARED else 0), self._resolve
        if spec.window and state.since is not None:
            yield state.since + spec.hold, self._ripen
        if last is not None:
            if spec.kind == "row" and is_open:
                yield last + spec.quiet, self._fall_quiet
            if spec.kind == "absent" and not is_open:
                yield last + spec.after, self._miss
            if spec.kind == "absent" and is_open and spec.by and spec.lapse:
                yield last + spec.after + spec.lapse, self._lapse
            if self._leveled and spec.lapse and (is_open or state.since is not None):
                yield last + spec.window + spec.lapse, self._lapse
        if incident is None and state.notified is not None:
            yield state.notified + spec.interval + (HELD if state.held else 0), self._forget

    def _leave(self, state: KeyState, time: int) -> Iterator[Found]:
        """Judges the window again when rows have left it."""
        state.window = [each for each in state.window if each[0] > time]
        if state.window or self.spec.function != "max":
            yield from self._judge(state, Seen(time, self._total(state)), timed=True)
            return
        state.since = None
        if state.incident and state.incident.ended is None:
            yield self._clear(state, time, CLEARED)

    def _resolve(self, state: KeyState, time: int) -> Iterator[Found]:
        """Ends the time in which the episode could go on, and tells of its end if its beginning was told."""
        incident, state.incident = state.incident, None
        assert incident
        if incident.notices:
            told = Told(RESOLVED, incident.notices + 1, time, None, state.held)
            state.held = 0
            yield Found(incident, [told])

    def _fall_quiet(self, state: KeyState, time: int) -> Iterator[Found]:
        yield self._clear(state, time, CLEARED)
        yield from self._resolve(state, time)

    def _ripen(self, state: KeyState, time: int) -> Iterator[Found]:
        """Raises the alarm of a window that was beyond the level for long enough: it has a value at any time."""
        assert state.since is not None
        yield self._call(state, Seen(time, self._total(state)), state.since)

    def _miss(self, state: KeyState, time: int) -> Iterator[Found]:
        yield self._call(state, Seen(time), time)

    def _lapse(self, state: KeyState, time: int) -> Iterator[Found]:
        state.since = state.last = None
        if state.incident and state.incident.ended is None:
            yield self._clear(state, time, LAPSED)

    def _forget(self, state: KeyState, time: int) -> Iterable[Found]:
        state.notified, state.held = None, 0
        return ()

    def _judge(self, state: KeyState, seen: Seen, *, timed: bool = False) -> Iterator[Found]:
        """Compares a value with the levels. Where time alone has changed the value, it does not call once more."""
        assert seen.value is not None
        is_open = state.incident is not None and state.incident.ended is None
        if not self.is_beyond(seen.value):
            state.since = None
            if is_open and self._sign * seen.value < self._sign * self.spec.clears_at:
                yield self._clear(state, seen.time, CLEARED)
        elif is_open:
            if not timed:
                yield self._call(state, seen, seen.time)
        else:
            since = state.since = seen.time if state.since is None else state.since
            if seen.time - since >= self.spec.hold:
                yield self._call(state, seen, since)

    def _call(self, state: KeyState, seen: Seen, started: int) -> Found:
        """Begins, begins again or goes on with an episode, which calls for a notice."""
        incident, cause = state.incident, None
        if incident is None:
            cause = seen
            incident = state.incident = Incident(started, seen.place, seen.value, seen.value)
        incident.ended, incident.ending, state.since = None, "", None
        incident.calls += 1
        if seen.value is not None:
            peak = seen.value if incident.peak is None else incident.peak
            incident.peak = max(peak, seen.value, key=lambda value: self._sign * value)
        return Found(incident, self._tell(state, incident, seen), cause)

    def _tell(self, state: KeyState, incident: Incident, seen: Seen) -> list[Told]:
        by_interval = self.spec.suppress == "interval"
        if by_interval:
            held_back = state.notified is not None and seen.time - state.notified < self.spec.interval
        else:
            held_back = incident.notices > 0
        if held_back:
            incident.suppressed += 1
            state.held += 1
            return []
        kind = AGAIN if incident.notices else FIRING
        incident.notices += 1
        told = Told(kind, incident.notices, seen.time, seen.value, state.held)
        state.held = 0
        if by_interval:
            state.notified = seen.time
        return [told]

    def _clear(self, state: KeyState, time: int, ending: str) -> Found:
        incident = state.incident
        assert incident
        # The start is later only where the stream's time was set back since.
        incident.ended, incident.ending, state.since = max(time, incident.started), ending, None
        return Found(incident, [])

    def _entered(self, state: KeyState, time: int, value: float) -> float:
        """Adds a value to the window and returns that of the whole window. Values of one step leave it together."""
        leaves = time - time % self._step + self.spec.window
        if self.spec.function == "count":
            value = 1.0
        if state.window and state.window[-1][0] == leaves:
            before = state.window.pop()[1]
            value = max(before, value) if self.spec.function == "max" else before + value
        state.window = [*state.window, (leaves, value)]
        return self._total(state)

    def _total(self, state: KeyState) -> float:
        values = [value for _, value in state.window]
        return max(values) if self.spec.function == "max" else math.fsum(values)


def set_back(state: KeyState, watermark: int) -> KeyState:
    """Returns a state without times far ahead of a watermark: a clock was wrong, and the stream's time was set back.

    The start of an episode stays, since its name follows from it.
    """
    incident = state.incident
    times = [state.since, state.notified, state.last, incident.ended if incident else None]
    if max((each for each in times if each is not None), default=0) <= watermark + MINUTE:
        return state
    since, notified, last, ended = (None if each is None else min(each, watermark) for each in times)
    state.since, state.notified, state.last, state.window = since, notified, last, []
    if incident and ended is not None:
        incident.ended = ended
    return state
