"""The promises of all functions: generated code agrees with calls, total functions never fail, names are found."""

from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.functions.function import FAULTS
from sql.functions.registry import NAMES, NOT_OF_THE_DIALECT, TypeProblem, called, find, names
from sql.types import Type
from tests.sql.functions.calling import POOL, TYPES, generated, outcome


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


@settings(max_examples=100)
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


def test_scripts_call_functions_and_no_names_of_the_plan() -> None:
    assert {"UPPER", "FLOOR", "SUBSTRING", "TSDIFF", "W3C_LOG_PARSE"} <= set(called())
    assert not {"+", "FLOOR_TIME", "TSDIFF_ABSOLUTE", "PERIOD_EQUALS", "NEGATE"} & set(called())


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
