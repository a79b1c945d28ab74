"""Finds which probes are down: n of their last m checks failed, at a quorum of the places that report.

A place reports while its newest check is younger than the rule's `silent`; after that it begins anew. It counts once it
has a check that passed, or n that failed: before, its answer is not known.

The rule is evaluated at each check, and at the moment at which a place falls silent, in the order of time; so a replay
finds the same episodes, however commits cut the stream.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush

import msgspec

from applications.probes.results import Check, Episode, MinuteRow, NowRow, PlaceRow, ProbeResults, Tally
from applications.probes.states import (
    DOWN,
    UNKNOWN,
    UP,
    USUAL,
    PlaceState,
    ProbeState,
    Rule,
    counts,
    is_down,
    reports,
)
from streams.core.clock import MINUTE
from streams.core.processor import Decoder, Processor, refuse
from streams.core.records import Batch, DeadRecord
from streams.core.state import State, StateChange, StateKey, merge
from streams.windows.keyed import KeyedValues

PROBES_MOST = 2_000  # of a shard
PLACES_MOST = 20  # of a probe
CHECKS_MOST = 20  # of a place that a rule looks at
FORGET = 24 * 60 * MINUTE  # after which a silent place is forgotten


decode = Decoder(Check, "probe")
_encode = msgspec.msgpack.Encoder().encode
_decode_probe = msgspec.msgpack.Decoder(ProbeState).decode
_decode_time = msgspec.msgpack.Decoder(int).decode


class ProbesProcessor(Processor[Check, ProbeResults]):
    """Computes `probes`. Its configuration maps probes to their Rule; the other probes have the usual one."""

    def __init__(self, state: State, most: int = PROBES_MOST) -> None:
        self._probes = KeyedValues(ProbeState, most, state.entries)
        self._time = _decode_time(state.meta) if state.meta else 0  # everything due up to it has happened
        self._rules: Mapping[str, Rule] = {}
        self._due: list[tuple[int, StateKey, str]] = []  # when a place may fall silent
        self._awaited: dict[tuple[StateKey, str], int] = {}  # the moments of `_due` that count
        self._now: dict[StateKey, ProbeState] = {}
        self._minutes: dict[tuple[int, str, str], Tally] = {}
        self._open: set[tuple[StateKey, str]] = set()
        self._closed: list[MinuteRow] = []
        self._episodes: dict[str, Episode] = {}
        self._begun: list[Episode] = []
        for key, probe in self._probes.items():
            self._open |= {(key, name) for name, place in probe.places.items() if place.minute >= 0}
        self._await_all()

    def configure(self, settings: Mapping[str, Rule]) -> None:
        if settings != self._rules:
            self._rules = settings
            self._await_all()
            for key, probe in self._probes.items():
                self._judge(key, probe, self._time)

    def add(self, batch: Batch, events: list[Check]) -> list[DeadRecord]:
        self._move_on(batch.arrived)
        refused = [at for at, check in enumerate(events) if not self._add(batch.sequences[at], check)]
        return refuse(batch, refused, _too_many) if refused else []

    def advance(self, watermark: int) -> None:
        self._move_on(watermark)

    def take(self) -> ProbeResults | None:
        results = ProbeResults(
            [self._row(key[0], probe) for key, probe in sorted(self._now.items())],
            [MinuteRow(*names, tally) for names, tally in self._minutes.items()],
            self._closed,
            list(self._episodes.values()),
            self._begun,
        )
        self._now, self._minutes, self._closed, self._episodes, self._begun = {}, {}, [], {}, []
        return results if any(results) else None

    def changes(self) -> StateChange:
        return self._probes.changes()._replace(meta=_encode(self._time))

    def _rule(self, key: StateKey) -> Rule:
        return self._rules.get(key[0], USUAL)

    def _add(self, sequence: int, check: Check) -> bool:
        """Applies a check at the present time; returns False where there is no room for its probe or place."""
        key = (check.probe,)
        known = self._probes.open([key])
        if not known:
            return False
        probe = known[key]
        place = probe.places.get(check.place)
        if place is None:
            if len(probe.places) >= PLACES_MOST:
                return False
            place = probe.places[check.place] = PlaceState()
        place.at, place.ok, place.total, place.status, place.error = (
            self._time, check.ok, check.total, check.status, check.error,
        )  # fmt: skip
        place.expires = check.expires or place.expires
        place.recent = [*place.recent[1 - CHECKS_MOST :], not check.ok]
        probe.sequence = sequence
        self._count(key, check, place)
        self._wait(key, check.place, self._time + self._rule(key).silent)
        if probe.episode and not check.ok:
            probe.episode.failed += 1
            probe.episode.reason = check.error
            self._episodes[probe.episode.name] = probe.episode
        self._judge(key, probe, self._time)
        return True

    def _count(self, key: StateKey, check: Check, place: PlaceState) -> None:
        minute = self._time // MINUTE * MINUTE
        if place.minute != minute:
            place.minute, place.tally = minute, Tally()
            self._open.add((key, check.place))
        place.tally.add(check)
        self._minutes[minute, key[0], check.place] = place.tally

    def _move_on(self, time: int) -> None:
        """Lets time pass: minutes close, and places fall silent at their own moments."""
        if time <= self._time:
            return
        if time // MINUTE > self._time // MINUTE:
            self._close(time)
        while self._due and self._due[0][0] <= time:
            moment, key, name = heappop(self._due)
            if self._awaited.get((key, name)) == moment:
                del self._awaited[key, name]
                self._time = max(self._time, moment)
                self._fall_silent(key, name)
        self._time = time
        self._probes.forget(time)

    def _close(self, time: int) -> None:
        closed = []
        for key, name in list(self._open):
            place = self._probes[key].places[name]
            if place.minute + MINUTE <= time:
                closed.append(MinuteRow(place.minute, key[0], name, place.tally))
                self._probes.touch(key)
                place.minute, place.tally = -1, Tally()
                self._open.discard((key, name))
        self._closed += sorted(closed, key=lambda row: row[:3])

    def _fall_silent(self, key: StateKey, name: str) -> None:
        probe = self._probes.touch(key)
        place = probe.places[name]
        silent = place.at + self._rule(key).silent
        if silent > self._time:
            self._wait(key, name, silent)
        elif place.at + FORGET > self._time:
            place.recent = []
            self._judge(key, probe, self._time)
            self._wait(key, name, place.at + FORGET)
        else:
            del probe.places[name]
            self._now[key] = probe
            if not probe.places:
                self._probes.rest(key, self._time)

    def _wait(self, key: StateKey, name: str, moment: int) -> None:
        if self._awaited.get((key, name), moment + 1) > moment:
            self._awaited[key, name] = moment
            heappush(self._due, (moment, key, name))

    def _await_all(self) -> None:
        self._due, self._awaited = [], {}
        for key, probe in self._probes.items():
            for name, place in probe.places.items():
                self._wait(key, name, place.at + self._rule(key).silent)

    def _judge(self, key: StateKey, probe: ProbeState, time: int) -> None:
        """Evaluates the rule, and begins or ends an episode."""
        rule = self._rule(key)
        reporting = [name for name, place in probe.places.items() if counts(place, rule, time)]
        down = [name for name in reporting if is_down(probe.places[name], rule)]
        quorum = rule.quorum or len(reporting) // 2 + 1
        state = UNKNOWN if not reporting else DOWN if len(down) >= quorum else UP
        self._now[key] = self._probes.touch(key)
        if state != probe.state:
            probe.state, probe.since = state, time
            self._turn(key, probe, down, quorum)
        elif probe.episode and set(down) - set(probe.episode.places):
            probe.episode.places = sorted({*probe.episode.places, *down})
            self._episodes[probe.episode.name] = probe.episode

    def _turn(self, key: StateKey, probe: ProbeState, down: list[str], quorum: int) -> None:
        episode = probe.episode
        if probe.state == DOWN:
            reason = next(probe.places[name].error for name in down)
            failed = sum(sum(probe.places[name].recent[-self._rule(key).checks :]) for name in down)
            place = f"{probe.since}-{probe.sequence}"
            episode = Episode(
                key[0], place, probe.since, sorted(down), failed, reason, quorum=quorum, began_at=len(down)
            )
            probe.episode = episode
            self._begun.append(episode)
        elif episode:
            episode.ended, episode.ending = probe.since, "up" if probe.state == UP else "silent"
            probe.episode = None
        if episode:
            self._episodes[episode.name] = episode

    def _row(self, name: str, probe: ProbeState) -> NowRow:
        rule = self._rule((name,))
        places = [
            PlaceRow(
                each, place.at, place.ok, is_down(place, rule), reports(place, rule, self._time), place.total,
                place.status, place.error,
            )
            for each, place in sorted(probe.places.items())
        ]  # fmt: skip
        ends = [place.expires for place in probe.places.values() if place.expires]
        checked = max((place.at for place in probe.places.values()), default=probe.since)
        return NowRow(name, probe.state, probe.since, checked, min(ends, default=0), places)


def _too_many(probe: str) -> str:
    return (
        f"There is no room for the check of {probe!r}: a shard holds {PROBES_MOST:,} probes, and a probe {PLACES_MOST} "
        "places. One that is silent for a day goes."
    )


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    """Returns the state of a child shard: the probes of its parents that it owns, at the latest of their times.

    With `watermark`, in milliseconds, no time in it is later: a worker continues with an older stream of the same name.
    """
    latest = max((_decode_time(state.meta) for state in states if state.meta), default=0)
    merged = merge(states, owns)._replace(meta=_encode(latest))
    return merged if watermark is None else set_back(merged, watermark)


def set_back(state: State, watermark: int) -> State:
    """Returns the state without times later than `watermark`, in milliseconds."""
    entries = {key: _encode(_set_back(_decode_probe(data), watermark)) for key, data in state.entries.items()}
    time = min(_decode_time(state.meta), watermark) if state.meta else watermark
    return state._replace(meta=_encode(time), entries=entries)


def _set_back(probe: ProbeState, watermark: int) -> ProbeState:
    probe.since = min(probe.since, watermark)
    for place in probe.places.values():
        place.at = min(place.at, watermark)
        if place.minute > watermark:
            place.minute, place.tally = -1, Tally()
    if probe.episode:
        probe.episode.started = min(probe.episode.started, watermark)
    return probe
