"""Percentiles are exact while values are few and near beyond, in any order, with any batches and restarts."""

from decimal import Decimal
from random import Random
from sys import float_info
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.accumulators import Accumulator
from sql.engine.aggregates import accumulator
from sql.engine.coding import pack, unpack
from sql.engine.percentiles import ERROR, EXACT_MOST, LEAST, bucket, middle
from sql.functions.rules import PERCENTILES
from sql.plan.nodes import Call
from sql.types import BIGINT, DOUBLE, Type, decimal
from tests.sql.operators.driving import call

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.sampled_from(sorted(PERCENTILES))
MANY = 3 * EXACT_MOST


def filled(of: Call, values: list[Any], cut: int) -> Accumulator:
    """Returns an accumulator that took values in two batches, with a restart between and after them."""
    tally = accumulator(of)()
    for batch in (values[:cut], values[cut:]):
        tally.add(batch)
        state, tally = pack(tally.dump()), accumulator(of)()
        tally.load(unpack(state))
    return tally


def nearest_rank(share: int, values: list[Any]) -> Any:
    return next(each for place, each in enumerate(sorted(values), 1) if 100 * place >= share * len(values))


@given(NUMBERS)
def test_middle_of_a_bucket_is_near_each_of_its_values(value: float) -> None:
    if abs(value) < 1e307:  # its double is a number
        assert abs(middle(bucket(value)) - value) <= max(ERROR * abs(value) * (1 + 1e-9), LEAST)


@given(NUMBERS, NUMBERS)
def test_buckets_are_in_the_order_of_their_values(one: float, other: float) -> None:
    assert bucket(min(one, other)) <= bucket(max(one, other))


@settings(max_examples=40)
@given(st.lists(NUMBERS, min_size=1, max_size=60), SHARES, st.integers(0, 60))
def test_few_values_have_an_exact_percentile(values: list[float], name: str, cut: int) -> None:
    tally = filled(call(name, DOUBLE, DOUBLE), values, cut)
    assert (tally.result(), tally.approximate) == (nearest_rank(PERCENTILES[name], values), False)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), SHARES, st.integers(0, MANY), st.booleans())
def test_many_values_have_a_near_percentile_in_any_order(seed: int, name: str, cut: int, whole: bool) -> None:
    random = Random(seed)
    values: list[Any] = [random.lognormvariate(3, 4) * random.choice((-1, 1)) for _ in range(MANY)]
    of = call(name, DOUBLE, DOUBLE)
    if whole:
        values, of = [round(each) for each in values], call(name, BIGINT, BIGINT)
    tally, exact = filled(of, values, cut), nearest_rank(PERCENTILES[name], values)
    assert tally.approximate
    assert abs(tally.result() - exact) <= max(ERROR * abs(exact) * (1 + 1e-9) + whole / 2, LEAST)
    assert filled(of, sorted(values), MANY - cut).result() == tally.result()


GREATEST = [(BIGINT, 2**63 - 1), (decimal(4, 2), Decimal("99.99")), (DOUBLE, float_info.max), (DOUBLE, -float_info.max)]


@pytest.mark.parametrize(("of", "value"), GREATEST)
def test_estimate_is_never_beyond_the_values_nor_out_of_the_range_of_their_type(of: Type, value: Any) -> None:
    assert filled(call("P99", of, of), [value] * MANY, 7).result() == value
