"""Scores of a random cut forest: learning, outliers, explanations, and restarts that continue bit for bit."""

from json import loads
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.forest import PART, ForestOperator, seed_of
from sql.plan.nodes import Forest, Scan
from tests.sql.operators.driving import Batch, Told, changed, columns, drive, kept_after

INPUT = Scan(columns=columns("name", "x", "y"), stream="S")


def node(sample: int = 16, shingle: int = 1, *, explained: bool = False, directed: bool = True) -> Forest:
    return Forest(
        columns=(), input=INPUT, slots=(1, 2), trees=10, sample=sample, decay=1000, shingle=shingle,
        explained=explained, directed=directed,
    )  # fmt: skip


def rows(number: int, seed: int = 1) -> list[Row]:
    chance = Random(seed)
    points = [(chance.gauss(0, 1), chance.randrange(3)) for _ in range(number)]
    return [(*point, "r", *point) for point in points]


def batches(number: int, size: int = 10) -> list[Batch]:
    found = rows(number)
    return [Batch(start, found[start : start + size]) for start in range(0, number, size)]


def test_first_rows_have_score_0_and_an_outlier_a_high_one() -> None:
    operator = ForestOperator(node(64), Kept(), Told(), seed=7)
    scores = [row[-1] for row in operator.add(0, rows(200))]
    assert (scores[:64], all(0 < score < 4 for score in scores[64:])) == ([0.0] * 64, True)
    [(name, x, y, outlier)] = operator.add(1, [(50.0, 90, "r", 50.0, 90)])
    assert ((name, x, y), outlier > max(scores)) == (("r", 50.0, 90), True)


def test_same_seed_gives_same_scores() -> None:
    def scores(seed: int) -> list[float]:
        return [row[-1] for row in ForestOperator(node(), Kept(), Told(), seed).add(0, rows(60))]

    assert (scores(7) == scores(7), scores(7) == scores(8)) == (True, False)
    assert (seed_of("a", "b") == seed_of("a", "b"), seed_of("a", "b") == seed_of("b", "a")) == (True, False)


@settings(max_examples=8)
@given(st.sets(st.integers(0, 11)), st.sampled_from([1, 3]), st.sampled_from([7, 30, 1000]))
def test_scores_continue_bit_for_bit_after_restarts(again: set[int], shingle: int, every: int) -> None:
    def make(kept: Kept) -> ForestOperator:
        return ForestOperator(node(shingle=shingle, explained=True), kept, Told(), 7, every=every)

    found = [row for _, row in drive(make, batches(120), again)]
    assert found == make(Kept()).add(0, rows(120))


def test_explanation_names_column_direction_and_part() -> None:
    operator = ForestOperator(node(explained=True), Kept(), Told(), seed=7)
    *_, score, text = operator.add(0, [*rows(100), (-40.0, 1, "r", -40.0, 1)])[-1]
    parts = loads(text)
    assert [*parts, parts["x"]["DIRECTION"], list(parts["x"])] == [
        "x", "y", "LOW", ["DIRECTION", "STRENGTH", "ATTRIBUTION_SCORE"]
    ]  # fmt: skip
    total = sum(float(part["ATTRIBUTION_SCORE"]) for part in parts.values())
    assert (abs(total - score) < 0.001, float(parts["x"]["ATTRIBUTION_SCORE"]) > 0.9 * score) == (True, True)


def test_explanation_is_zero_while_learning_and_without_direction_unless_asked() -> None:
    zero = {"DIRECTION": "LOW", "STRENGTH": "0.0000", "ATTRIBUTION_SCORE": "0.0000"}
    [row] = ForestOperator(node(explained=True), Kept(), Told(), seed=7).add(0, rows(1))
    assert loads(row[-1]) == {"x": zero, "y": zero}
    [row] = ForestOperator(node(explained=True, directed=False), Kept(), Told(), seed=7).add(0, rows(1))
    assert loads(row[-1]) == {"x": {"ATTRIBUTION_SCORE": "0.0000"}, "y": {"ATTRIBUTION_SCORE": "0.0000"}}


def test_null_has_no_score_and_is_not_learnt() -> None:
    told = Told()
    operator = ForestOperator(node(), Kept(), told, seed=7)
    found = operator.add(0, [(None, 1, "r", None, 1), *rows(60), (float("nan"), 1, "r", 0, 0)])
    assert (found[0], found[-1][-1], told.counts) == (("r", None, 1, None), None, {"null:RANDOM_CUT_FOREST": 2})
    assert found[1:-1] == ForestOperator(node(), Kept(), Told(), seed=7).add(0, rows(60))


def test_huge_numbers_have_finite_scores() -> None:
    operator = ForestOperator(node(), Kept(), Told(), seed=7)
    operator.add(0, rows(40))
    found = operator.add(1, [(value, 1, "r", value, 1) for value in (1e308, -1e308, 2**62, 1e-300)])
    assert all(isinstance(row[-1], float) for row in found)


def test_commit_writes_new_points_alone_and_a_model_now_and_then() -> None:
    operator = ForestOperator(node(), Kept(), Told(), 7, every=100)
    operator.add(0, rows(60))
    kept = kept_after(operator)
    operator.add(1, rows(30))
    change = operator.changes()
    assert (list(kept.entries), list(change.put)) == ([("", "points", "0")], [("", "points", "60")])
    kept = changed(kept, change, 0)
    operator.add(2, rows(20))
    change = operator.changes()
    assert list(change.put) == [("", "model", "-1"), ("", "model", "0"), ("", "points", "100")]
    assert (list(change.removed), max(map(len, change.put.values())) <= PART) == (list(kept.entries), True)
    assert operator.changes().put == {}


def test_model_that_cannot_be_read_is_told_and_learnt_anew() -> None:
    operator = ForestOperator(node(), Kept(), Told(), 7, every=50)
    operator.add(0, rows(60))
    kept, told = kept_after(operator), Told()
    broken = Kept({**kept.entries, ("", "model", "0"): b"?"})
    again: Any = ForestOperator(node(), broken, told, 7, every=50)
    scores = [row[-1] for row in again.add(1, rows(20))]
    assert (scores[:6], 0.0 in scores[6:], len(told.faults)) == ([0.0] * 6, False, 1)
