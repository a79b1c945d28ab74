"""The sliding count and its alarms against brute force."""

import json
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from applications.orders.processor import QUIET, WINDOW, OrdersProcessor, decode
from applications.orders.results import Episode, NotificationDue
from streams.core.clock import MINUTE, SECOND, from_iso
from streams.core.records import Batch
from streams.core.state import EMPTY, State
from tests.kept import Kept

START = from_iso("2026-11-22T14:00:00Z")
THRESHOLD = 5
LINE = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Quantity": 6,
    "InvoiceDate": "2010-12-01T08:26:00",
    "UnitPrice": 2.55,
}
# Batches of some lines, each some milliseconds after the one before; some just at the edge of the window, or past it.
waits = st.one_of(st.integers(0, 4 * SECOND), st.sampled_from([0, WINDOW, WINDOW + 1, 40 * SECOND, 2 * MINUTE]))
histories = st.lists(st.tuples(waits, st.integers(1, 7)), max_size=40)


class Found(NamedTuple):
    started: int
    peak: int
    lines: int


def brute_force(history: list[tuple[int, int]], threshold: int) -> list[Found]:
    """Each line evaluated over all lines before it; an episode is a run of evaluations at or above the threshold."""
    stamps: list[int] = []
    now = START
    for wait, lines in history:
        now += wait
        stamps += [now] * lines
    counts = [sum(t - WINDOW <= s for s in stamps[: i + 1]) for i, t in enumerate(stamps)]
    episodes: list[Found] = []
    above = False
    for stamp, count in zip(stamps, counts, strict=True):
        if count >= threshold and above:
            episodes[-1] = Found(episodes[-1].started, max(episodes[-1].peak, count), episodes[-1].lines + 1)
        elif count >= threshold:
            episodes.append(Found(stamp, count, 1))
        above = count >= threshold
    return episodes


class Run:
    """A processor and all that it gave."""

    def __init__(self, threshold: int = THRESHOLD) -> None:
        self.thresholds: dict[str, int] = {}
        self.default = threshold
        self.now = START
        self.sequence = 1
        self.episodes: dict[str, Episode] = {}
        self.calls: list[NotificationDue] = []
        self.seconds: dict[int, tuple[int, int]] = {}
        self.lines: dict[str, int] = {}
        self.kept = Kept()
        self.processor = self.build(EMPTY)

    def build(self, state: State) -> OrdersProcessor:
        processor = OrdersProcessor(state, self.default)
        processor.configure(self.thresholds)
        return processor

    def restart(self) -> None:
        self.processor = self.build(self.kept.state)

    def add(self, wait: int, *sites: str) -> None:
        self.now += wait
        datas = [json.dumps(LINE | {"site": site}).encode() for site in sites]
        batch = Batch(self.now, range(self.sequence, self.sequence + len(sites)), list(sites), datas)
        self.sequence += len(sites)
        self.processor.add(*decode(batch)[:2])
        self._take()

    def wait(self, milliseconds: int) -> None:
        self.now += milliseconds
        self.processor.advance(self.now)
        self._take()

    def _take(self) -> None:
        if results := self.processor.take():
            self.episodes |= {episode.sequence: episode for episode in results.episodes}
            self.calls += results.calls
            self.seconds |= {second.second: (second.lines, second.peak) for _, second in results.seconds}
            self.lines |= {count.site: count.lines for count in results.counts}
        self.kept.save(self.processor, self.now)

    def found(self) -> list[Found]:
        return [Found(episode.started, episode.peak, episode.lines) for episode in self.episodes.values()]


@given(histories, st.sets(st.integers(0, 40)), st.integers(2, 9))
def test_episodes_equal_brute_force_wherever_the_worker_restarts(
    history: list[tuple[int, int]], restarts: set[int], threshold: int
) -> None:
    run = Run(threshold)
    for index, (wait, lines) in enumerate(history):
        if index in restarts:
            run.restart()
        run.add(wait, *["london"] * lines)
    assert run.found() == brute_force(history, threshold)


@given(histories, st.integers(1, 9), st.integers(1, 3000))
def test_clock_ticks_between_lines_change_no_episode(history: list[tuple[int, int]], threshold: int, tick: int) -> None:
    quiet, ticking = Run(threshold), Run(threshold)
    for wait, lines in history:
        quiet.add(wait, *["london"] * lines)
        for _ in range(min(wait // tick, 50)):
            ticking.wait(tick)
        ticking.add(quiet.now - ticking.now, *["london"] * lines)
    assert ticking.found() == quiet.found()
    ended = {sequence: episode.ended for sequence, episode in ticking.episodes.items() if episode.ended}
    assert all(quiet.episodes[sequence].ended in (end, None) for sequence, end in ended.items())


@given(histories)
def test_notifications_are_never_closer_than_a_minute_and_none_is_uncounted(history: list[tuple[int, int]]) -> None:
    run = Run()
    for wait, lines in history:
        run.add(wait, *["london"] * lines)
    times = [call.at for call in run.calls]
    assert all(later - earlier >= QUIET for earlier, later in pairwise(times))
    assert sum(episode.notifications for episode in run.episodes.values()) == len(run.calls)
    assert all(episode.lines == episode.notifications + episode.suppressed for episode in run.episodes.values())


def test_the_window_holds_a_line_for_fifteen_seconds_and_no_longer() -> None:
    run = Run()
    run.add(0, "london")
    run.wait(WINDOW)
    assert run.lines == {"london": 1}
    run.wait(1)
    assert run.lines == {"london": 0}


def test_alarm_ends_at_the_time_at_which_the_count_fell() -> None:
    run = Run(threshold=3)
    for _ in range(3):
        run.add(SECOND, "london")
    run.wait(MINUTE)
    [episode] = run.episodes.values()
    assert (episode.started, episode.ended) == (START + 3 * SECOND, START + SECOND + WINDOW + 1)


def test_a_second_alarm_within_the_minute_is_counted_but_not_notified() -> None:
    run = Run(threshold=3)
    run.add(0, *["london"] * 4)
    run.add(20 * SECOND, *["london"] * 3)
    run.add(50 * SECOND, *["london"] * 3)
    assert [(e.notifications, e.suppressed) for e in run.episodes.values()] == [(1, 1), (0, 1), (1, 0)]
    assert [(call.lines, call.suppressed_before) for call in run.calls] == [(3, 0), (3, 2)]


def test_sites_are_counted_apart_each_against_its_own_threshold() -> None:
    run = Run()
    run.processor.configure({"paris": 2})
    run.add(0, *["london", "paris"] * 4)
    assert [(episode.site, episode.threshold, episode.peak) for episode in run.episodes.values()] == [("paris", 2, 4)]
    assert run.lines == {"london": 4, "paris": 4}


def test_alarm_names_its_line_by_sequence_number() -> None:
    run = Run(threshold=2)
    run.add(0, "london", "paris", "paris", "london")
    assert {episode.site: int(episode.sequence) for episode in run.episodes.values()} == {"paris": 3, "london": 4}


def test_alarm_ends_when_the_threshold_is_raised() -> None:
    run = Run(threshold=2)
    run.add(0, *["london"] * 3)
    run.processor.configure({"london": 10})
    run.wait(SECOND)
    [episode] = run.episodes.values()
    assert episode.ended == START + SECOND


def test_each_second_keeps_its_lines_and_the_highest_count() -> None:
    run = Run()
    run.add(0, "london", "london")
    run.add(500, "london")
    run.add(600, "london")
    assert run.seconds == {START: (3, 3), START + SECOND: (1, 4)}


def test_the_state_does_not_grow_with_the_rate() -> None:
    run = Run()
    for _ in range(100):
        run.add(10, *["london"] * 1000)
    assert run.kept.size < 3000
