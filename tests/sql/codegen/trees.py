"""Draws random expressions over a row (INTEGER, INTEGER NOT NULL, DOUBLE, VARCHAR, BOOLEAN)."""

from typing import Any

from hypothesis import strategies as st

from sql.plan.expressions import Case, Coalesce, Const, Expr, Field, In, Junction, Not, Test, Truth
from sql.plan.nodes import Column
from sql.types import BIGINT, BOOLEAN, DOUBLE, varchar
from tests.sql.plans import apply

COLUMNS = (
    Column("A", BIGINT),
    Column("B", BIGINT, nullable=False),
    Column("X", DOUBLE),
    Column("S", varchar(8)),
    Column("C", BOOLEAN),
)
WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**62), 2**62))
ROWS = st.tuples(
    st.one_of(st.none(), WHOLE),
    WHOLE,
    st.one_of(st.none(), st.floats(-10, 10)),
    st.one_of(st.none(), st.sampled_from(["", "a", "b", '"); import os; (', "'"])),
    st.one_of(st.none(), st.booleans()),
)


def field(slot: int) -> Field:
    column = COLUMNS[slot]
    return Field(slot=slot, type=column.type, nullable=column.nullable)


def _const(value: Any, of: Any) -> Const:
    return Const(value=value, type=of, nullable=value is None)


NUMBERS = st.one_of(
    st.sampled_from([field(0), field(1)]),
    st.one_of(st.none(), st.integers(-3, 3)).map(lambda value: _const(value, BIGINT)),
)
FLOATS = st.one_of(st.just(field(2)), st.floats(-5, 5).map(lambda value: _const(value, DOUBLE)))
TEXTS = st.one_of(st.just(field(3)), st.sampled_from(["a", "b", "');"]).map(lambda value: _const(value, varchar(4))))
SIGNS = ("=", "<>", "<", "<=", ">", ">=")


def nullable(*args: Expr) -> bool:
    return any(arg.nullable for arg in args)


def _numbers(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    sums = st.builds(apply, st.sampled_from("+-*/"), inner, inner)
    either = st.builds(
        lambda one, other: Coalesce(type=BIGINT, args=(one, other), nullable=one.nullable and other.nullable),
        inner,
        inner,
    )
    compared = st.builds(apply, st.sampled_from(SIGNS), inner, inner)
    cases = st.builds(
        lambda when, one, other: Case(
            type=BIGINT, branches=((when, one),), otherwise=other, nullable=nullable(one, other)
        ),
        compared,
        inner,
        inner,
    )
    return st.one_of(sums, either, cases)


numbers: st.SearchStrategy[Expr] = st.recursive(NUMBERS, _numbers, max_leaves=6)
comparisons: st.SearchStrategy[Expr] = st.one_of(
    st.builds(apply, st.sampled_from(SIGNS), numbers, numbers),
    st.builds(apply, st.sampled_from(SIGNS), FLOATS, FLOATS),
    st.builds(apply, st.sampled_from(SIGNS), TEXTS, TEXTS),
    st.just(field(4)),
    st.builds(
        lambda arg, options: In(type=BOOLEAN, arg=arg, options=tuple(options), nullable=nullable(arg, *options)),
        numbers,
        st.lists(NUMBERS, min_size=1, max_size=3),
    ),
)


def _conditions(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    junctions = st.builds(
        lambda any_, args: Junction(type=BOOLEAN, any=any_, args=tuple(args), nullable=nullable(*args)),
        st.booleans(),
        st.lists(inner, min_size=2, max_size=3),
    )
    tests = st.builds(
        lambda arg, truth: Test(type=BOOLEAN, arg=arg, truth=truth, nullable=False), inner, st.sampled_from(Truth)
    )
    return st.one_of(
        junctions,
        tests,
        inner.map(lambda arg: Not(type=BOOLEAN, arg=arg, nullable=arg.nullable)),
        st.builds(apply, st.sampled_from(["=", "<>"]), inner, inner),
    )


conditions: st.SearchStrategy[Expr] = st.recursive(comparisons, _conditions, max_leaves=8)
