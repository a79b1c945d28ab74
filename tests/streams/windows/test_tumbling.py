"""Tumbling windows against naive counts, wherever commits fail, shards split and clocks are set back."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.state import State
from streams.windows.tumbling import TumblingWindows, inherit, set_back
from tests.kept import Kept, saved

STEP, GRACE, MOST = 10, 5, 3
Totals = dict[tuple[int, tuple[str, ...]], int]
keys = st.tuples(st.sampled_from("abcz"), st.sampled_from("xy"))
# Steps: how long after the one before, how far its stamp runs back, its keys, and whether its commit fails at first.
steps = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 8), st.lists(keys, max_size=6), st.booleans()))


def build(state: State, most: int = 100) -> TumblingWindows[list[int]]:
    return TumblingWindows(list[int], STEP, GRACE, most, state)


def count(windows: TumblingWindows[list[int]], moment: int, names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Counts each key, and returns those that there was no room for, or all where the window is gone."""
    window = windows.at(moment)
    if window is None:
        return names
    refused = []
    for name in names:
        if name not in window.tallies:
            if not window.admit(name):
                refused.append(name)
                continue
            window.tallies[name] = [0]
        window.tallies[name][0] += 1
        window.changed[name] = window.tallies[name]
    return refused


def totals(windows: TumblingWindows[list[int]]) -> Totals:
    return {(start, key): tally[0] for start, tallies in windows.take() for key, tally in tallies.items()}


@given(steps)
def test_totals_equal_a_naive_count_wherever_a_commit_fails(
    history: list[tuple[int, int, list[tuple[str, str]], bool]],
) -> None:
    kept, found, naive, now = Kept(), Totals(), Totals(), 1000
    windows = build(kept.state)
    for wait, back, names, fails in history:
        moment, before, now = now + wait - back, now, now + wait
        for again in [False, True] if fails else [True]:
            windows = windows if again and not fails else build(kept.state)
            refused = count(windows, moment, names)
            windows.advance(now)
            results = totals(windows)
        kept.save(windows)
        found |= results
        gone = moment - moment % STEP + STEP + GRACE <= before
        assert refused == (names if gone else [])
        for name in [] if gone else names:
            place = (moment - moment % STEP, name)
            naive[place] = naive.get(place, 0) + 1
    assert found == naive
    assert all(int(key[-1]) + STEP + GRACE > windows.watermark for key in kept.state.entries)


@given(steps, st.integers(0, 10))
def test_a_split_shard_counts_as_the_whole_one_does(
    history: list[tuple[int, int, list[tuple[str, str]], bool]], split: int
) -> None:
    whole, now, found, expected = build(State()), 1000, Totals(), Totals()
    parts = {"abcz": Kept()}
    for index, (wait, _, names, _) in enumerate(history):
        now += wait
        if index == split:
            parent = parts.pop("abcz").state
            parts = {owned: Kept(inherit([parent], owned.__contains__)) for owned in ("ab", "cz")}
        for owned, kept in parts.items():
            windows = build(kept.state)
            assert not count(windows, now, [name for name in names if name[0] in owned])
            windows.advance(now)
            found |= totals(windows)
            kept.save(windows)
        count(whole, now, names)
        whole.advance(now)
        expected |= totals(whole)
    assert found == expected


def test_a_window_has_room_for_so_many_keys_after_a_restart_too() -> None:
    windows = build(State(), MOST)
    names = [(letter, "x") for letter in "abcd"]
    assert count(windows, 0, names) == [("d", "x")]
    assert count(build(saved(windows), MOST), 0, names) == [("d", "x")]


def test_keys_that_agree_in_their_first_part_take_one_place() -> None:
    windows = TumblingWindows(list[int], STEP, GRACE, 1, parts=1)
    assert count(windows, 0, [("a", "x"), ("a", "y"), ("b", "x")]) == [("b", "x")]


def test_changes_are_the_changed_keys_alone() -> None:
    windows, kept = build(State()), Kept()
    count(windows, 0, [("a", "x"), ("b", "x")])
    totals(windows)
    kept.save(windows)
    count(windows, 0, [("b", "x")])
    totals(windows)
    assert list(windows.changes().put) == [("b", "x", "0")]
    assert windows.changes().put == {}


def test_a_watermark_that_is_set_back_lets_records_of_now_in() -> None:
    windows = build(State())
    windows.advance(10**6)
    state = saved(windows)
    assert build(state).at(1000) is None
    assert build(set_back(state, 1000)).at(1000) is not None


def test_a_window_that_one_parent_has_closed_stays_closed_in_their_child() -> None:
    parents = [build(State()), build(State())]
    for parent, watermark in zip(parents, (100, 200), strict=True):
        parent.advance(watermark)
    child = build(inherit([saved(parent) for parent in parents], lambda key: True))
    assert (child.watermark, child.at(150)) == (200, None)
