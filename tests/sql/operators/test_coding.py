"""The bytes of values and rows, and the estimate of distinct values."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.coding import PART, pack, pack_rows, packed_parts, row_parts, unpack, unpack_rows
from sql.engine.sketch import Sketch

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
value = plain | st.decimals(allow_nan=False, allow_infinity=False)
nested = value | st.tuples(value, plain) | st.lists(value, max_size=3)


@settings(max_examples=30)
@given(st.lists(nested, max_size=5))
def test_values_come_back(values: list[Any]) -> None:
    found = unpack(pack(values))
    assert (found, list(map(type, found))) == (values, list(map(type, values)))


@settings(max_examples=30)
@given(st.lists(st.tuples(value, value), max_size=5))
def test_rows_come_back(rows: list[tuple[Any, ...]]) -> None:
    assert unpack_rows(pack_rows(rows)) == rows
    assert [row for part in row_parts(rows) for row in unpack_rows(part)] == rows


def test_parts_are_bounded() -> None:
    values = ["x" * 1000] * 200
    parts = list(packed_parts(values))
    assert [each for part in parts for each in unpack(part)] == values
    assert (len(parts), max(map(len, parts)) <= PART) == (4, True)


@pytest.mark.parametrize("number", [0, 1, 50, 3000, 40_000])
def test_estimate_is_near(number: int) -> None:
    sketch = Sketch()
    sketch.add(range(number))
    assert abs(sketch.estimate() - number) <= 0.03 * number
    assert (sketch.add(range(min(number, 50))), Sketch(bytes(sketch.registers)).estimate()) == (
        False,
        sketch.estimate(),
    )
