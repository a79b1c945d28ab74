"""Tests the recount of kept rows: it passes rows over, and finds the same as the evaluation that judges each."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from alarms.backtest import Count, Series, by_key, recount
from alarms.spec import RuleSpec

MINUTE = 60_000
VALUES = some.one_of(some.none(), some.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
# Rows with small gaps, and some that are longer than every length of the rules below.
STEPS = some.lists(some.tuples(some.sampled_from([0, 1000, 5000, 30_000, 4 * MINUTE]), VALUES), max_size=40)
LENGTHS = some.sampled_from([0, 5000, MINUTE])
LEVELED = ("above", "below")


def rule(kind: str, clear: bool, hold: int, lengths: tuple[int, ...], suppress: str, by: tuple[str, ...]) -> RuleSpec:
    """Returns a rule with the level 3; `lengths` are its interval, quiet and lapse."""
    words: dict[str, Any] = {"kind": kind, "by": by, "suppress": suppress}
    words |= dict(zip(("interval", "quiet", "lapse"), lengths, strict=True))
    if kind in LEVELED:
        words |= {"column": "x", "level": 3.0, "hold": hold}
        words |= {"clear": 2.0 if kind == "above" else 4.0} if clear else {}
    words |= {"after": 20_000} if kind == "absent" else {}
    return RuleSpec(dataset="a/b", **words)


SPECS = some.builds(
    rule,
    some.sampled_from([*LEVELED, "absent", "row"]),
    some.booleans(),
    LENGTHS,
    some.tuples(LENGTHS, some.sampled_from([1000, MINUTE]), some.sampled_from([0, 2 * MINUTE])),
    some.sampled_from(["interval", "episode"]),
    some.sampled_from([(), ("k",)]),
)


def series(steps: list[tuple[int, float | None]], time: int = 1_000_000) -> Series:
    """Returns rows from the steps between their times."""
    found = Series([], [])
    for step, value in steps:
        time += step
        found.times.append(time)
        found.values.append(value)
    return found


@given(SPECS, STEPS, STEPS, some.sampled_from([0, 10 * MINUTE]))
@settings(max_examples=150)
def test_rows_that_are_passed_over_change_no_count(
    spec: RuleSpec, one: list[tuple[int, float | None]], other: list[tuple[int, float | None]], after: int
) -> None:
    keys = {"one": series(one), "other": series(other)}
    end = max([1_000_000, *keys["one"].times, *keys["other"].times]) + after
    assert recount(spec, keys, 1_000_000, end) == recount(spec, keys, 1_000_000, end, skip=False)


def test_alarms_and_notices_are_counted_by_key() -> None:
    spec = RuleSpec(dataset="a/b", kind="above", column="x", by=("k",), level=3, clear=2)
    rows = [(second * 1000, key, value) for second, key, value in (
        (0, "a", 1.0), (1, "a", 3.0), (1, "b", 9.0), (2, "a", 4.0), (70, "a", 5.0), (71, "a", 1.0), (500, "b", 9.0),
    )]  # fmt: skip
    assert recount(spec, by_key(rows), 0, 600_000) == Count(alarms=2, notices=4, ends=1, open=1, keys=2)


def test_time_without_rows_calls_once_for_a_rule_of_absence() -> None:
    spec = RuleSpec(dataset="a/b", kind="absent", after=MINUTE)
    assert recount(spec, {}, 0, 10 * MINUTE) == Count(alarms=1, notices=1, open=1, keys=1)
