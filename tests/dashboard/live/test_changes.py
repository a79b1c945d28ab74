"""Changes of JSON: by the table that the front end is held to as well, and of any JSON; then through the hub."""

import json
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.live.changes import MOST, change
from tests.dashboard.changed import changed

TABLE = json.loads((Path(__file__).parents[1] / "changes.json").read_text())
encode = msgspec.json.encode
ATOMS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False, width=16) | st.text(max_size=3)
KEYS = st.sampled_from(["a", "b", "0", "before", "keep", "after", "__proto__", 'a"b'])
STATES = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=8) | st.dictionaries(KEYS, inner, max_size=3))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["case"])
def test_change_is_that_of_the_table(row: dict[str, Any]) -> None:
    assert json.loads(change(encode(row["before"]), encode(row["after"]))) == row["change"]


@given(STATES, STATES)
def test_change_makes_exactly_the_next_state_of_any_state(before: Any, after: Any) -> None:
    text = change(encode(before), encode(after))
    assert encode(changed(before, json.loads(text))) == encode(after)


@given(st.lists(st.integers(0, 3) | st.lists(st.integers(0, 1), max_size=2), max_size=20), st.randoms())
def test_change_of_a_list_that_moved_on_makes_the_next(before: list[Any], chance: Random) -> None:
    after = [*before[chance.randrange(3) :], *range(chance.randrange(3))]
    if after:
        after[chance.randrange(len(after))] = "new"
    text = change(encode(before), encode(after))
    assert encode(changed(before, json.loads(text))) == encode(after)


def test_list_in_which_more_items_differ_is_sent_whole() -> None:
    before, after = ([[place, word * 99] for place in range(MOST + 1)] for word in "ab")
    assert change(encode(before), encode(after)) == encode([after])
