"""Keeps the states of one rule on one lease, and moves them on with each commit."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from alarms.active import Active
from alarms.evaluation import Found, KeyState, Seen
from alarms.tables import Key, Table, text_of

MOST_KEYS = 10_000  # of a rule on one lease
MOST_WINDOWS = 1_000  # the same of a rule with a window, whose states are long


class Finding(NamedTuple):
    """Holds a finding about one key of a rule."""

    rule: Active
    key: str
    found: Found


class RuleStates:
    """Holds the states of the keys of one rule on one lease."""

    def __init__(self, rule: Active) -> None:
        self.rule = rule
        self.states: dict[str, KeyState] = {}
        self.changed: set[str] = set()  # keys whose state no commit has stored
        self.stored: set[str] = set()  # keys with a row
        self.left_out = 0  # observations of keys beyond the bound, since the last commit
        self._most = MOST_WINDOWS if rule.spec.window else MOST_KEYS
        self._due: list[tuple[int, str]] = []  # a heap; entries that no longer hold are passed over

    def restore(self, key: str, state: KeyState) -> None:
        """Sets a state that a commit has stored."""
        self.states[key] = state
        self.stored.add(key)
        self._schedule(key, state)

    def begin(self, time: int, key: Key) -> None:
        """Begins to wait for the rows of the whole output, before there was any."""
        spec = self.rule.spec
        if spec.kind == "absent" and not spec.by and key.text not in self.states:
            self._keep(key.text, KeyState(self.rule.version, key.partition, last=time))

    def is_due(self, watermark: int) -> bool:
        """Returns whether time alone may change a state up to the output's own watermark."""
        return bool(self._due) and self._due[0][0] <= watermark

    def step(self, table: Table | None, watermark: int) -> Iterator[Finding]:
        """Takes the observations of a commit, and then lets time pass up to the output's own watermark."""
        if table is not None:
            keys = table.keys(self.rule) if (places := self._of_note(table)) else []
            for place in places:
                yield from self._observe(keys[place], table.seen(self.rule, place))
        while self.is_due(watermark):
            time, key = heappop(self._due)
            state = self.states.get(key)
            if state is not None and self.rule.evaluation.due(state) == time:
                yield from self._told(key, state, self.rule.evaluation.advance(state, watermark))

    def end(self, time: int, ending: str, keys: Iterable[str]) -> Iterator[Finding]:
        """Ends the episodes of keys for a reason that no record gives, and drops the states."""
        for key in keys:
            state = self.states.pop(key)
            self.changed.add(key)
            for found in self.rule.evaluation.end(state, time, ending):
                yield Finding(self.rule, key, found)

    def _of_note(self, table: Table) -> list[int]:
        """Returns the places of the observations that change a state, in order."""
        spec = self.rule.spec
        places: Iterable[int] = range(len(table.observations))
        if not self.rule.evaluation.follows_all:
            beyond = self._beyond(table)
            if not beyond and not self.states:
                return []
            keys, by_key = table.keys(self.rule), table.places(self.rule)
            # All rows of these keys are judged, since a later one may clear what an earlier one raises.
            names = {keys[place].text for place in beyond} | (self.states.keys() & by_key.keys())
            places = sorted(place for name in names for place in by_key[name])
        if not spec.where:
            return list(places)
        rows = table.observations
        wanted = [(name, frozenset(values)) for name, values in spec.where.items()]
        return [each for each in places if all(text_of(rows[each].values.get(name)) in of for name, of in wanted)]

    def _beyond(self, table: Table) -> list[int]:
        spec = self.rule.spec
        least, greatest = table.extremes(spec.column)
        assert spec.level is not None
        level, column = spec.level, table.column(spec.column)
        if spec.kind == "above":
            if greatest < level:
                return []
            return [place for place, value in enumerate(column) if value is not None and value >= level]
        if least > level:
            return []
        return [place for place, value in enumerate(column) if value is not None and value <= level]

    def _observe(self, key: Key, seen: Seen) -> Iterator[Finding]:
        state = self.states.get(key.text)
        if state is None:
            evaluation = self.rule.evaluation
            if not evaluation.follows_all and (seen.value is None or not evaluation.is_beyond(seen.value)):
                return
            if len(self.states) >= self._most:
                self.left_out += 1
                return
            state = KeyState(self.rule.version, key.partition)
        yield from self._told(key.text, state, self.rule.evaluation.observe(state, seen))

    def _told(self, key: str, state: KeyState, founds: Iterable[Found]) -> Iterator[Finding]:
        for found in founds:
            yield Finding(self.rule, key, found)
        self._keep(key, state)

    def _keep(self, key: str, state: KeyState) -> None:
        """Keeps a state that has changed, unless it says nothing any more."""
        self.changed.add(key)
        if self.rule.evaluation.is_well(state):
            self.states.pop(key, None)
        else:
            self.states[key] = state
            self._schedule(key, state)

    def _schedule(self, key: str, state: KeyState) -> None:
        due = self.rule.evaluation.due(state)
        if due is not None:
            heappush(self._due, (due, key))
