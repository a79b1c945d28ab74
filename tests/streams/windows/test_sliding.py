"""Sliding sums against naive ones, wherever commits fail, shards split and merge, and clocks are set back."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from streams.core.state import State, merge
from streams.windows.sliding import SlidingSums, inherit, set_back
from tests.kept import Kept, saved

LENGTH = 15
A, B, Z = ("a",), ("b", "2"), ("z",)
KEYS = (A, B, Z)
amounts = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(1, 9)), max_size=5)
# Steps: how long after the one before, the amounts that are added, and whether the commit fails at first.
steps = st.lists(st.tuples(st.integers(0, 20), amounts, st.booleans()), max_size=30)
History = list[tuple[int, list[tuple[tuple[str, ...], int]], bool]]
Run = tuple[tuple[str, ...], int, int]  # key, moment, amount


def naive(runs: Sequence[Run], now: int) -> list[int]:
    return [sum(amount for key, at, amount in runs if key == asked and now - LENGTH <= at <= now) for asked in KEYS]


def sums(windows: SlidingSums) -> list[int]:
    return [windows.total(key) for key in KEYS]


@given(steps)
def test_sums_equal_naive_ones_wherever_a_commit_fails(history: History) -> None:
    kept, windows, now = Kept(), SlidingSums(LENGTH), 1000
    runs: list[Run] = []
    for wait, added, fails in history:
        now += wait
        runs += [(key, now, amount) for key, amount in added]
        for _ in range(1 + fails):
            windows = SlidingSums(LENGTH, kept.state) if fails else windows
            windows.advance(now)
            found = windows.add(added)
        before = len(runs) - len(added)
        evaluated = [naive(runs[: before + place], now) for place in range(1, len(added) + 1)]
        assert found == [each[KEYS.index(key)] for (key, _), each in zip(added, evaluated, strict=True)]
        assert sums(windows) == naive(runs, now)
        kept.save(windows, now)


@given(steps, st.integers(0, 40))
def test_left_amounts_are_reported_once_with_their_time(history: History, tick: int) -> None:
    windows, now, runs, left = SlidingSums(LENGTH), 1000, list[Run](), list[Run]()
    for wait, added, _ in history:
        now += wait
        left += [(one.key, one.moment, one.before - one.after) for one in windows.advance(now)]
        for key, amount in added:
            windows.add([(key, amount)])
            runs.append((key, now, amount))
    now += tick
    left += [(one.key, one.moment, one.before - one.after) for one in windows.advance(now)]
    expected = [(key, at + LENGTH + 1, amount) for key, at, amount in runs if at + LENGTH + 1 <= now]
    assert sorted(left) == sorted(expected)


@given(steps, st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_split_and_a_merge_change_no_sum(history: History, split: int, merged: int, behind: int) -> None:
    parts, now = {"abz": Kept()}, 1000
    runs: list[Run] = []
    for index, (wait, added, _) in enumerate(history):
        now += wait
        if index == split and len(parts) == 1:
            [parent] = parts.values()
            parts = {own: Kept(inherit([parent.state], own.__contains__)) for own in ("a", "bz")}
        elif index == merged and len(parts) == 2:
            parts = {"abz": Kept(inherit([kept.state for kept in parts.values()], lambda key: True))}
        runs += [(key, now, amount) for key, amount in added]
        for own, kept in parts.items():
            windows = SlidingSums(LENGTH, kept.state)
            if own == "a" and index % 3 == behind % 3 and not any(key == A for key, _ in added):
                continue  # this shard is behind the other one
            windows.advance(now)
            for key, amount in added:
                if key[0] in own:
                    windows.add([(key, amount)])
            kept.save(windows, now)
    found = [sum(found) for found in zip(*(_at(kept.state, now) for kept in parts.values()), strict=True)]
    assert found == naive(runs, now)


def _at(state: State, now: int) -> list[int]:
    windows = SlidingSums(LENGTH, state)
    windows.advance(now)
    return sums(windows)


@given(steps, st.integers(0, 300))
def test_a_state_that_is_set_back_counts_later_amounts_as_of_then(history: History, back: int) -> None:
    windows, now, runs = SlidingSums(LENGTH), 1000, list[Run]()
    for wait, added, _ in history:
        now += wait
        windows.advance(now)
        for key, amount in added:
            windows.add([(key, amount)])
            runs.append((key, now, amount))
    held = [run for run in runs if run[1] >= now - LENGTH]
    watermark = now - back
    found = SlidingSums(LENGTH, set_back(saved(windows), watermark))
    assert sums(found) == naive(held, now)
    for later in range(watermark, watermark + LENGTH + 2):
        found.advance(later)
        assert sums(found) == naive([(key, min(at, watermark), amount) for key, at, amount in held], later)


def test_run_passed_by_one_parent_is_still_reported_as_left() -> None:
    slow, fast = SlidingSums(LENGTH), SlidingSums(LENGTH)
    slow.advance(1000)
    slow.add([(A, 4)])
    fast.advance(2000)
    child = SlidingSums(LENGTH, inherit([saved(slow), saved(fast)], lambda key: True))
    assert (child.watermark, [tuple(left) for left in child.advance(2000)]) == (2000, [(A, 1000 + LENGTH + 1, 4, 0)])


def test_amounts_later_than_a_watermark_that_is_given_are_taken_out() -> None:
    windows = SlidingSums(LENGTH)
    for moment in (1000, 1005):
        windows.advance(moment)
        windows.add([(A, moment)])
    child = SlidingSums(LENGTH, inherit([saved(windows)], lambda key: True, 1002))
    assert (child.watermark, child.total(A)) == (1002, 1000)


def test_the_history_of_a_later_state_takes_the_place_of_an_earlier_one() -> None:
    windows, kept = SlidingSums(LENGTH), Kept()
    windows.advance(1000)
    windows.add([(A, 1)])
    parent = kept.save(windows)
    windows.add([(A, 2)])
    child = kept.save(windows)
    both = merge([parent, child], lambda key: True)
    assert both.history == child.history
