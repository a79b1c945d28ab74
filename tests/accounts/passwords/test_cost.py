import json
from io import StringIO
from itertools import count

import pytest
from django.core.management import call_command

from accounts.passwords import cost
from accounts.passwords.cost import Figure


def test_hash_time_is_the_median_of_a_few_hashes() -> None:
    times = iter([0.0, 0.2, 1.0, 1.9, 2.0, 2.25])
    asked: list[int] = []
    figure = cost.measured(12, clock=lambda: next(times), hash_once=asked.append)
    assert (figure.cost, round(figure.milliseconds), asked) == (12, 250, [12] * 3)


@pytest.mark.parametrize(
    ("first", "best"), [(5.0, 14), (25.0, 13), (74.0, 12), (150.0, 11), (175.0, 11), (176.0, 10), (900.0, 10)]
)
def test_recommended_cost_is_the_highest_within_the_limit(first: float, best: int) -> None:
    figures = [Figure(each, first * 2**place) for place, each in enumerate(cost.COSTS)]
    assert cost.fitting(figures) == best


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One where cost 10 takes 70 ms."""
    clock = count()
    real = cost.measured
    monkeypatch.setattr(
        cost, "measured", lambda each: real(each, 1, lambda: next(clock) * 0.07 * 2 ** (each - 10), lambda _: None)
    )


@pytest.mark.usefixtures("machine")
def test_bench_hash_marks_the_recommended_and_the_current_cost() -> None:
    out = StringIO()
    call_command("bench_hash", stdout=out)
    assert out.getvalue().splitlines()[1:4] == [
        "  10     70 ms    14.3",
        "  11    140 ms     7.1",
        "  12    280 ms     3.6   fits 150-350 ms, set by PASSWORD_COST",
    ]


@pytest.mark.usefixtures("machine")
def test_bench_hash_prints_json() -> None:
    out = StringIO()
    call_command("bench_hash", "--json", stdout=out)
    facts = [json.loads(each) for each in out.getvalue().splitlines()]
    assert facts[2] == {"cost": 12, "milliseconds": 280.0, "best": True, "set": True}
    assert [each["cost"] for each in facts if each["best"]] == [12]


def test_bench_hash_reports_a_machine_too_slow_for_any_cost() -> None:
    assert cost.line(**Figure(10, 800.0).facts(10, 12)).endswith("is nearest to 150-350 ms")


def test_a_hash_of_cost_four_is_really_made() -> None:
    assert 0 < cost.measured(4).milliseconds < 1000
