"""A naive oracle of alarms: it sees all rows of a key at once, and goes through time second by second.

It keeps no state between commits, knows no due times, and says what docs/alarms.md says.
"""

from dataclasses import dataclass, field
from typing import Any

from alarms.spec import DAY, RuleSpec

SECOND = 1000
Row = tuple[int, float | None, str]  # time in milliseconds, value, place


@dataclass
class Episode:
    started: int
    place: str
    value: float | None
    peak: float | None
    ended: int | None = None
    ending: str = ""
    calls: int = 0
    notices: list[tuple[str, int, float | None, int]] = field(default_factory=list)  # kind, at, value, suppressed
    suppressed: int = 0
    resolved: bool = False

    def told(self) -> int:
        return sum(kind != "resolved" for kind, *_ in self.notices)


class Key:
    """The history of one key under one version of a rule, from `begin` on."""

    def __init__(self, spec: RuleSpec, rows: list[Row], begin: int | None = None) -> None:
        self.spec, self.rows = spec, rows
        self.below = spec.kind == "below"
        self.episodes: list[Episode] = []
        self.last = begin  # the time of the latest row
        self.since: int | None = None
        self.told_at: int | None = None
        self.held = 0
        self.done = 0  # rows seen

    def run(self, start: int, end: int) -> list[Episode]:
        """Lets every second from `start` to `end` happen; rows of the last second count too."""
        for now in range(start, end + 1, SECOND):
            self.time(now)
            while self.done < len(self.rows) and self.rows[self.done][0] == now:
                self.done += 1
                self.row(*self.rows[self.done - 1])
        return self.episodes

    def stop(self, now: int, ending: str) -> list[Episode]:
        if self.current:
            if self.current.ended is None:
                self.current.ended, self.current.ending = max(now, self.current.started), ending
            self.resolve(max(now, self.current.started))
        return self.episodes

    @property
    def current(self) -> Episode | None:
        last = self.episodes[-1] if self.episodes else None
        return None if last is None or last.resolved else last

    @property
    def burning(self) -> Episode | None:
        return self.current if self.current and self.current.ended is None else None

    def time(self, now: int) -> None:
        spec, gone = self.spec, self.current
        if spec.window and any(time + spec.window == now for time in self.times_of_values()):
            self.judge(now, self.total(now), "", timed=True)
            gone = self.current
        if gone and gone.ended is not None and now == gone.ended + (spec.quiet if gone.ending == "cleared" else 0):
            self.resolve(now)
        if spec.window and self.since is not None and now == self.since + spec.hold:
            self.call(now, self.total(now), "", self.since)
        if self.last is not None:
            self.after_the_last(now, self.last)
        waits = self.told_at is not None and now < self.told_at + spec.interval + (DAY if self.held else 0)
        if not self.current and not waits:
            self.told_at, self.held = None, 0

    def after_the_last(self, now: int, last: int) -> None:
        spec = self.spec
        if spec.kind == "row" and self.burning and now == last + spec.quiet:
            self.clear(now, "cleared")
            self.resolve(now)
        if spec.kind == "absent" and not self.burning and now == last + spec.after:
            self.call(now, None, "", now)
        fades = spec.kind == "absent" and self.burning and spec.by and spec.lapse
        if fades and now == last + spec.after + spec.lapse:
            self.lapse(now)
        pending = spec.kind in ("above", "below") and (self.burning or self.since is not None)
        if pending and spec.lapse and now == last + spec.window + spec.lapse:
            self.lapse(now)

    def times_of_values(self) -> list[int]:
        return [time for time, value, _ in self.rows[: self.done] if value is not None]

    def lapse(self, now: int) -> None:
        self.since = self.last = None
        if self.burning:
            self.clear(now, "no rows")
            self.resolve(now)

    def row(self, time: int, value: float | None, place: str) -> None:
        if self.spec.kind == "row":
            self.last = time
            self.call(time, None, place, time)
        elif self.spec.kind == "absent":
            self.last = time
            if self.burning:
                self.clear(time, "cleared")
        elif value is not None:
            self.last = time
            self.judge(time, self.total(time) if self.spec.window else value, place)

    def total(self, now: int) -> float | None:
        found = [v for t, v, _ in self.rows[: self.done] if t > now - self.spec.window and v is not None]
        if self.spec.function == "count":
            return float(len(found))
        if self.spec.function == "max":
            return max(found, default=None)
        return float(sum(found))

    def judge(self, now: int, value: float | None, place: str, *, timed: bool = False) -> None:
        level, clear = self.spec.level, self.spec.clears_at
        assert level is not None
        if value is None:
            self.since = None
            if self.burning:
                self.clear(now, "cleared")
        elif (value <= level) if self.below else (value >= level):
            if self.burning:
                if not timed:
                    self.call(now, value, place, now)
                return
            self.since = now if self.since is None else self.since
            if now - self.since >= self.spec.hold:
                self.call(now, value, place, self.since)
        else:
            self.since = None
            if self.burning and ((value > clear) if self.below else (value < clear)):
                self.clear(now, "cleared")

    def call(self, now: int, value: float | None, place: str, started: int) -> None:
        self.since = None
        episode = self.current
        if episode is None:
            episode = Episode(started, place, value, value)
            self.episodes.append(episode)
        episode.ended, episode.ending = None, ""
        episode.calls += 1
        if value is not None:
            episode.peak = (min if self.below else max)(value, value if episode.peak is None else episode.peak)
        if self.spec.suppress == "episode":
            silent = episode.told() > 0
        else:
            silent = self.told_at is not None and now - self.told_at < self.spec.interval
        if silent:
            episode.suppressed += 1
            self.held += 1
            return
        episode.notices.append(("again" if episode.told() else "firing", now, value, self.held))
        self.held = 0
        if self.spec.suppress == "interval":
            self.told_at = now

    def clear(self, now: int, ending: str) -> None:
        assert self.current
        self.current.ended, self.current.ending, self.since = now, ending, None

    def resolve(self, now: int) -> None:
        episode = self.current
        assert episode
        if episode.told():
            episode.notices.append(("resolved", now, None, self.held))
            self.held = 0
        episode.resolved = True


def facts(key: str, version: int, episode: Episode) -> tuple[Any, ...]:
    """Returns the values that the tables must hold of an episode."""
    counts = (episode.calls, episode.told(), episode.suppressed)
    return (key, version, episode.started, episode.ended, episode.ending, episode.value, episode.peak, *counts)
