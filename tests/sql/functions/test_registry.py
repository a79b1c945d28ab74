"""What all functions promise: generated code agrees with calls, total functions never fail, messages name the mend."""

from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.functions.function import FAULTS
from sql.functions.registry import NAMES, NOT_OF_THE_DIALECT, TypeProblem, find, names
from sql.types import Type
from tests.sql.functions.calling import at, generated, outcome, type_of

POOL: dict[str, st.SearchStrategy[Any]] = {
    "TINYINT": st.integers(-128, 127),
    "INTEGER": st.integers(-(2**31), 2**31 - 1) | st.integers(-3, 3),
    "BIGINT": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    "DECIMAL(18,4)": st.decimals(-(10**13), 10**13, places=4),
    "DECIMAL(3,2)": st.decimals(-9, 9, places=2),
    "REAL": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "DOUBLE": st.floats(allow_nan=False, allow_infinity=False) | st.just(0.0),
    "CHAR(3)": st.text("ab ", min_size=3, max_size=3),
    "VARCHAR(9)": st.text("aB é1%_", max_size=9),
    "BOOLEAN": st.booleans(),
    "DATE": st.integers(0, 20_000).map(lambda days: days * 86_400_000),
    "TIME": st.integers(0, 86_399_999),
    "TIMESTAMP": st.integers(at("0001-01-01"), at("9999-12-31")),
    "INTERVAL DAY TO SECOND": st.integers(-(10**12), 10**12),
    "INTERVAL MONTH": st.integers(-1_000, 1_000),
}
TYPES = {text: type_of(text) for text in POOL}


@cache
def signatures() -> list[tuple[str, tuple[str, ...]]]:
    """Returns every function with all types of the pool that it takes as one or two arguments."""
    found = []
    for name in names():
        function = find(name)
        assert function is not None
        for texts in (*product(POOL), *product(POOL, repeat=2)):
            try:
                function.result([TYPES[text] for text in texts], [None] * len(texts))
            except TypeProblem:
                continue
            found.append((name, texts))
    return found


@settings(max_examples=500)
@given(st.data())
def test_generated_code_gives_the_result_of_the_call(data: st.DataObject) -> None:
    name, texts = data.draw(st.sampled_from(signatures()))
    types, values = [TYPES[text] for text in texts], [data.draw(POOL[text]) for text in texts]
    function = find(name)
    assert function is not None
    called = outcome(function.bind(types, [None] * len(types)), values)
    inline = generated(name, types, [None] * len(types))
    if inline is not None:
        assert outcome(inline, values) == called
    if function.is_total(types):
        assert called != "fault"
    if function.result(types, [None] * len(types)).is_numeric:
        assert called == "fault" or holds(function.result(types, [None] * len(types)), called)


def holds(of: Type, value: Any) -> bool:
    """Returns whether a number is of a type: in its range, with its scale."""
    if of.family == "whole":
        return isinstance(value, int) and of.bounds[0] <= value <= of.bounds[1]
    if of.family == "exact":
        return -value.as_tuple().exponent == of.scale and len(value.as_tuple().digits) <= of.size
    return isinstance(value, float)


def test_every_operator_takes_some_of_the_pool() -> None:
    assert {"+", "-", "*", "/", "=", "<", "||", "LIKE", "UPPER", "FLOOR", "STEP", "TSDIFF"} <= {
        name for name, _ in signatures()
    }


def test_templates_nest_without_touching_each_other() -> None:
    ints = [TYPES["INTEGER"]] * 2
    add, multiply = find("+"), find("*")
    assert add is not None
    assert multiply is not None
    one, other = add.template(ints, [None, None]), multiply.template(ints, [None, None])
    assert one is not None
    assert other is not None
    nested = one.format(other.format("a", one.format("b", "c")), other.format(one.format("a", "b"), "c"))
    work = eval(f"lambda a, b, c: {nested}", dict(NAMES))
    assert work(2, 3, 4) == 2 * (3 + 4) + (2 + 3) * 4
    with pytest.raises(FAULTS):
        work(2**31 - 1, 2, 1)


@pytest.mark.parametrize("name", sorted(NOT_OF_THE_DIALECT))
def test_foreign_function_is_none_of_ours_and_has_a_sentence(name: str) -> None:
    sentence = NOT_OF_THE_DIALECT[name]
    assert (find(name), sentence.startswith(name), sentence[-1]) == (None, True, ".")
