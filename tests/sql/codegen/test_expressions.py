"""Generated code computes the values that the rules give, and each fault that they give."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.codegen.conversions import Conversions
from sql.codegen.depth import deeper_recursion
from sql.codegen.expressions import Writer
from sql.codegen.module import HELPERS
from sql.codegen.names import Names
from sql.errors import Fault, RowError
from sql.functions.function import FAULTS
from sql.plan.expressions import Convert, Expr, Junction, Not
from sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, TINYINT, varchar
from tests.sql.codegen.evaluating import evaluate
from tests.sql.codegen.trees import COLUMNS, ROWS, conditions, field, numbers
from tests.sql.plans import apply, const


class Runs:
    """Stands in for the run of an engine."""

    start = 0

    def __init__(self) -> None:
        self.cuts: list[str] = []

    def cutter(self, column: str) -> Any:
        self.cuts.append(column)
        return lambda text, length: text[:length]


def compiled(expr: Expr, form: str = "value", *, refuses: bool = False) -> Any:
    """Returns a function of a row; `form` is value, true or false."""
    names, functions = Names(HELPERS), list[str]()
    writer = Writer(names, lambda slot: f"v{1000 + slot}", Conversions(refuses=refuses), functions)
    with deeper_recursion():
        text = getattr(writer, form)(expr)
    slots = ", ".join(f"v{1000 + slot}" for slot in range(len(COLUMNS)))
    source = "\n".join([*functions, f"def run({slots}, t=7):", f"    return {text}", ""])
    space = names.space(Runs())
    exec(source, space)
    run: Any = space["run"]
    return lambda row: run(*row)


def outcome(work: Any, row: Any) -> Any:
    """Returns the value, or the word for a fault."""
    try:
        return work(row)
    except FAULTS:
        return "fault"


@settings(max_examples=50, deadline=None)
@given(expr=numbers, rows=st.lists(ROWS, min_size=1, max_size=4))
def test_numbers_have_the_value_or_the_fault_of_the_rules(expr: Expr, rows: list[Any]) -> None:
    work = compiled(expr)
    for row in rows:
        wanted = outcome(lambda row: evaluate(expr, row), row)
        found = outcome(work, row)
        assert (found, type(found)) == (wanted, type(wanted)) or (wanted == "fault" and found is None)


@settings(max_examples=50, deadline=None)
@given(expr=conditions, rows=st.lists(ROWS, min_size=1, max_size=4))
def test_conditions_have_the_truth_of_three_valued_logic(expr: Expr, rows: list[Any]) -> None:
    value, true, false = compiled(expr), compiled(expr, "true"), compiled(expr, "false")
    for row in rows:
        wanted = outcome(lambda row: evaluate(expr, row), row)
        if wanted != "fault":
            assert value(row) is wanted
            assert bool(true(row)) is (wanted is True)
            assert bool(false(row)) is (wanted is False)


@pytest.mark.parametrize("form", ["value", "true", "false"])
def test_an_expression_of_two_hundred_levels_compiles(form: str) -> None:
    deep: Expr = apply(">", field(0), const(1, BIGINT))
    for level in range(200):
        deep = Not(type=BOOLEAN, arg=Junction(type=BOOLEAN, any=level % 2 == 0, args=(deep, field(4))))
    assert outcome(compiled(deep, form), (5, 1, None, None, True)) in {True, False, None}
    number: Expr = field(1)
    for _ in range(200):
        number = apply("+", const(1, BIGINT), number)
    assert compiled(number)((None, 1, None, None, None)) == 201


def test_casts_and_assignments_convert_and_refuse() -> None:
    row = (300, 7, 2.5, "abcdef", None)
    assert compiled(Convert(type=INTEGER, arg=field(2)))(row) == 3
    assert compiled(Convert(type=varchar(3), arg=field(3), assigns=True, column="C"))(row) == "abc"
    assert compiled(Convert(type=DOUBLE, arg=field(1), assigns=True, nullable=False))(row) == 7.0
    assert outcome(compiled(Convert(type=TINYINT, arg=field(0), assigns=True)), row) == "fault"
    assert outcome(compiled(Convert(type=varchar(3), arg=field(3), assigns=True), refuses=True), row) == "fault"
    with pytest.raises(RowError, match="C is NOT NULL") as refused:
        compiled(Convert(type=BOOLEAN, arg=field(4), assigns=True, not_null=True, column="C"))(row)
    assert refused.value.fault == Fault.NOT_NULL
