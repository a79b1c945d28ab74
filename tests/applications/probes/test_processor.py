"""Which probes are down, against a naive oracle; and the minutes that close."""

from hypothesis import given, settings
from hypothesis import strategies as st

from applications.probes.observing import OUTPUT, episodes, observe
from applications.probes.processor import PLACES_MOST, ProbesProcessor, decode, inherit, set_back
from applications.probes.results import Check, MinuteRow, ProbeResults
from applications.probes.states import Rule
from streams.core.clock import MINUTE, SECOND, from_iso
from streams.core.records import Batch
from streams.core.state import EMPTY, State
from tests.kept import Kept

START = from_iso("2026-11-22T14:00:00Z")
SILENT = 5 * MINUTE
RULES = [Rule(), Rule(1, 1), Rule(2, 3, 1), Rule(3, 5, 2)]
waits = st.one_of(st.integers(0, 90 * SECOND), st.sampled_from([0, MINUTE, SILENT - 1, SILENT, SILENT + 1, 7 * MINUTE]))
checks = st.lists(st.tuples(waits, st.sampled_from("abc"), st.booleans()), max_size=30)
History = list[tuple[int, str, bool]]
Found = list[tuple[int, int | None, str]]  # started, ended, ending


def naive(history: History, end: int, rule: Rule) -> Found:
    """Judges from all checks so far, at each check and at each moment at which one becomes too old."""
    now, timed = START, []
    for wait, place, ok in history:
        now += wait
        timed.append((now, place, ok))
    moments = sorted({at for at, _, _ in timed} | {at + SILENT for at, _, _ in timed if at + SILENT <= now + end})
    found: Found = []
    steps = [(m, timed[: i + 1]) for m in moments for i in range(len(timed)) if timed[i][0] == m]
    silent = [(m, [each for each in timed if each[0] < m]) for m in moments if m - SILENT in {at for at, _, _ in timed}]
    for moment, seen in sorted([*silent, *steps], key=lambda step: (step[0], len(step[1]))):
        of = {place: since_silence([(at, ok) for at, each, ok in seen if each == place]) for place in "abc"}
        recent = [
            [not ok for _, ok in mine[-rule.checks :]] for mine in of.values() if mine and mine[-1][0] + SILENT > moment
        ]
        counting = [failed for failed in recent if False in failed or len(failed) >= rule.failures]
        down = sum(sum(failed) >= rule.failures for failed in counting)
        is_down = bool(counting) and down >= (rule.quorum or len(counting) // 2 + 1)
        is_open = bool(found) and found[-1][1] is None
        if is_down and not is_open:
            found.append((moment, None, ""))
        elif is_open and not is_down:
            found[-1] = (found[-1][0], moment, "up" if counting else "silent")
    return found


def since_silence(mine: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Leaves out the checks before the last pause of SILENT."""
    pauses = [place for place in range(1, len(mine)) if mine[place][0] - mine[place - 1][0] >= SILENT]
    return mine[pauses[-1] if pauses else 0 :]


class Run:
    """A processor that is made anew from its state after every `again` checks, and all that it gave."""

    def __init__(self, rule: Rule = RULES[0]) -> None:
        self.rule, self.kept = rule, Kept()
        self.episodes: dict[str, tuple[int, int | None, str]] = {}
        self.closed: list[MinuteRow] = []
        self.minutes: dict[tuple[int, str, str], int] = {}
        self.begin(EMPTY)

    def begin(self, state: State) -> None:
        self.processor = ProbesProcessor(state)
        self.processor.configure({"web": self.rule})

    def commit(self) -> None:
        if found := self.processor.take():
            self.episodes |= {each.name: (each.started, each.ended, each.ending) for each in found.episodes}
            self.closed += found.closed
            self.minutes |= {row[:3]: row.tally.checks for row in found.minutes}
        self.kept.save(self.processor)

    def play(self, history: History, end: int, cut: int = 1_000, again: int = 1_000) -> Found:
        now = START
        for number, (wait, place, ok) in enumerate(history, 1):
            now += wait
            self.processor.add(Batch(now, [number], ["web"], [b""]), [Check("web", place, ok, total=12.5)])
            if number % cut == 0:
                self.processor.advance(now)
                self.commit()
            if number % again == 0:
                self.commit()
                self.begin(self.kept.state)
        self.processor.advance(now + end)
        self.commit()
        return sorted(self.episodes.values(), key=lambda each: each[0])


@settings(max_examples=150)
@given(checks, st.sampled_from([0, MINUTE, SILENT, 20 * MINUTE]), st.sampled_from(RULES), st.integers(1, 4))
def test_episodes_equal_the_naive_oracle(history: History, end: int, rule: Rule, again: int) -> None:
    wanted = naive(history, end, rule)
    run = Run(rule)
    assert run.play(history, end) == wanted
    cut = Run(rule)
    assert cut.play(history, end, cut=1, again=again) == wanted
    assert (cut.minutes, cut.closed) == (run.minutes, run.closed)


@given(checks)
@settings(max_examples=20)
def test_each_minute_closes_once_with_all_its_checks(history: History) -> None:
    run = Run()
    run.play(history, MINUTE, cut=1, again=3)
    counted = {row[:3]: row.tally.checks for row in run.closed}
    assert (counted, len(run.closed)) == (run.minutes, len(counted))
    assert sum(counted.values()) == len(history)
    told = observe(ProbeResults([], [], run.closed, [], []), {OUTPUT})
    assert [(each.time, each.values["checks"]) for each in told] == [
        (row.minute, row.tally.checks) for row in run.closed
    ]


def test_down_takes_two_of_three_checks_at_more_than_half_of_the_places() -> None:
    failing = [(0, "a", False), (0, "b", False)] * 2
    assert Run().play([*failing, (0, "c", True)], 0) == [(START, None, "")]
    assert Run().play([*failing, (0, "a", True), (0, "a", True)], 0) == [(START, START, "up")]
    assert Run().play([(0, "a", True), (0, "b", True), (0, "c", False), (9, "c", False)], 0) == []


def test_reason_places_and_failed_checks_of_an_episode() -> None:
    processor = ProbesProcessor(EMPTY)
    for number, (place, ok) in enumerate([("a", False), ("a", False), ("b", False), ("b", False), ("a", False)], 1):
        check = Check("web", place, ok, error=f"{place} says no")
        processor.add(Batch(START + number, [number], ["web"], [b""]), [check])
    results = processor.take()
    assert results
    [episode] = results.episodes
    assert (episode.name, episode.failed, episode.places) == (f"{START + 2}-2", 5, ["a", "b"])
    assert (episode.reason, results.now[0].state) == ("a says no", "down")
    own = episodes(results)
    assert own.episodes[0][:8] == ("web", f"{START + 2}-2", START + 2, None, 1, 1, 2, 5)
    assert own.notices == [("web", START + 2, 1, 0)]
    assert processor.take() is None


def test_more_places_than_a_probe_may_have_are_refused() -> None:
    processor = ProbesProcessor(EMPTY)
    places = [f"p{number}" for number in range(PLACES_MOST + 1)]
    batch = Batch(START, range(len(places)), ["web"] * len(places), [b"{}"] * len(places))
    [refused] = processor.add(batch, [Check("web", place, ok=True) for place in places])
    assert "There is no room for the check of 'web'" in refused.error


def test_silent_probe_is_forgotten_after_a_day() -> None:
    run = Run()
    run.play([(0, "a", True)], 25 * 60 * MINUTE)
    assert not run.kept.state.entries


def test_child_goes_on_and_a_clock_that_was_set_back_is_believed() -> None:
    run = Run()
    run.play([(0, "a", False), (0, "a", False)], 0)
    child = inherit([run.kept.state], lambda key: key == "web")
    assert (child.entries, inherit([run.kept.state], lambda key: False).entries) == (run.kept.state.entries, {})
    processor = ProbesProcessor(set_back(child, START - MINUTE))
    processor.add(Batch(START - 1, [9], ["web"], [b""]), [Check("web", "a", ok=True)])
    processor.add(Batch(START, [10], ["web"], [b""]), [Check("web", "a", ok=True)])
    results = processor.take()
    assert results
    assert [(each.started, each.ended) for each in results.episodes] == [(START - MINUTE, START)]


def test_place_names_are_plain() -> None:
    good = b'{"probe":"web","place":"fra-1","ok":true}'
    datas = [good, good.replace(b"fra-1", b"fra, 1"), good.replace(b"fra-1", b"")]
    batch, events, dead = decode(Batch(START, [1, 2, 3], ["web"] * 3, datas))
    assert (len(events), [each.sequence for each in dead], batch.keys) == (1, [2, 3], ["web"])
