from math import inf

from hypothesis import given
from hypothesis.strategies import floats, lists, sampled_from, tuples

from accounts.throttle import rules
from accounts.throttle.rules import Kind, Scope, State
from tests.accounts.throttle.oracle import Oracle

GAPS = sampled_from([0, 1, 29, 30, 60, 89.5, 90, 99.5, 100, 300, 599, 600, 899, 900, 901, 1799, 1800]) | floats(0, 2000)
TRIES = lists(tuples(GAPS, sampled_from(["fail", "fail", "fail", "fail", "take back"])), max_size=150)


@given(tries=TRIES, scope=sampled_from(list(Scope)))
def test_rules_equal_the_naive_oracle_to_the_second(tries: list[tuple[float, str]], scope: Scope) -> None:
    rule, state, oracle, now = rules.rule(Kind.PASSWORD, scope), State(), Oracle(), 0.0
    device = "laptop" if scope == Scope.DEVICE else None
    failures = {
        Scope.DEVICE: oracle.devices.setdefault("laptop", []),
        Scope.UNTRUSTED: oracle.untrusted,
        Scope.ADDRESS: oracle.addresses.setdefault("a", []),
    }[scope]
    for gap, what in tries:
        now += gap
        allowed = oracle.allows(device, "a", now)
        assert (rule.free_at(state) <= now) == allowed
        if allowed:
            state = rules.failed(rule, state, now)
            failures.append(now)
            if what == "take back" and scope == Scope.ADDRESS:
                state = rules.without_failure(state, now)
                failures.remove(now)


def test_device_is_closed_for_15_minutes_after_ten_failures() -> None:
    before = tuple(100.0 * number for number in range(9))
    assert rules.DEVICE.free_at(State(10, (*before, 899.0))) == 899 + 900
    assert rules.DEVICE.free_at(State(10, (*before, 900.0))) == -inf
    assert [rules.DEVICE.free_at(State(streak, (0.0,))) for streak in (99, 100)] == [-inf, inf]


def test_failures_stay_when_one_is_taken_back() -> None:
    assert rules.without_failure(State(3, (1.0, 2.0, 3.0)), 2.0) == State(2, (1.0, 3.0))
    assert rules.without_failure(State(3, (1.0, 2.0, 3.0)), 4.0) == State(3, (1.0, 2.0, 3.0))


def test_waits_equal_the_documented_ones() -> None:
    at = {streak: rules.UNTRUSTED.free_at(State(streak, (0.0,))) for streak in (9, 10, 11, 12, 15, 16, 99, 100)}
    assert at == {9: -inf, 10: 30, 11: 60, 12: 120, 15: 960, 16: 1800, 99: 1800, 100: inf}
    assert rules.UNTRUSTED.opened(State(100, (0.0,))) == State(16, (0.0,))
    assert rules.UNTRUSTED.opened(State(99, (0.0,))) == State(99, (0.0,))


@given(failures=lists(floats(0, 1e9), max_size=30), back=floats(1801, 1e9), scope=sampled_from(list(Scope)))
def test_no_wait_is_longer_than_twice_the_longest_when_the_clock_is_set_back(
    failures: list[float], back: float, scope: Scope
) -> None:
    rule = rules.rule(Kind.PASSWORD, scope)
    state, now = State(min(99, len(failures)), tuple(sorted(failures)[-rule.kept :])), max(failures, default=0) - back
    assert rule.free_at(rules.without_future(rule, state, now)) <= now + 2 * rule.longest_wait
    assert rules.without_future(rule, state, now).streak == state.streak
