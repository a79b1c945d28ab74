"""Panels: every choice gives a script that compiles, and no choice gets out of its place in it."""

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.functions import registry, summaries
from sql.functions.rules import AGGREGATES
from sql.live.editing import panels
from sql.live.editing.catalogue import Fields
from sql.live.editing.panels import ChoiceError, Panel
from sql.offline.discovering import found_in
from sql.offline.trial import Task, Told, perform

ROWS = [{"site": f"s{at % 3}", "degrees": at / 2, "level": at, "ok": at % 2 == 0} for at in range(40)]
DATA = [json.dumps(row).encode() for row in ROWS]
FIELDS = Fields("sensors", found_in(DATA))
START = 1_700_000_040_000
RECORDS = [(START + at * 500, at + 1, "k", data) for at, data in enumerate(DATA)]


def chosen(**choices: str) -> Panel:
    return Panel.read({"stream": "sensors", **choices})


def ran(panel: Panel) -> Told:
    return perform(Task("x", panels.files(panel, FIELDS, "x"), runs=True, records=RECORDS, until=START + 20_000))


@pytest.mark.parametrize("window", panels.WINDOWS)
def test_every_function_compiles_and_gives_rows(window: str) -> None:
    for function, key in product(panels.FUNCTIONS, ("", "site")):
        told = ran(
            chosen(
                function=function, field="level", key=key, window=window, where="degrees", value="1.5", operator=">="
            )
        )
        assert (told.compiles, told.problems, told.faults, bool(told.streams[0].count)) == (True, [], [], True)


def test_mean_of_whole_numbers_keeps_its_fraction() -> None:
    told = ran(chosen(function="mean", field="level", window="10s"))
    assert [json.loads(text) for _, text in told.streams[0].rows] == [[9.5], [29.5]]


@given(
    st.text(max_size=60) | st.sampled_from(["'; DROP", "''", "*/ --", "s1", "</script>"]),
    st.sampled_from(panels.OPERATORS),
    st.sampled_from(["site", "level", "ok", "degrees"]),
)
@settings(max_examples=20)
def test_any_value_is_a_literal_or_refused(value: str, operator: str, where: str) -> None:
    panel = chosen(where=where, operator=operator, value=value)
    try:
        script = panels.script(panel, FIELDS)
    except ChoiceError:
        return
    told = perform(Task("x", panels.files(panel, FIELDS, "x")))
    assert not told.trouble
    assert (script.count("CREATE OR REPLACE"), all(each.line > 1 for each in told.problems)) == (2, True)
    if where == "site":
        assert told.problems == []


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"function": "sum", "field": "site"}, "site is VARCHAR(32), which has no sum"),
        ({"function": "mean"}, "Choose a field."),
        ({"key": "<img src=x>"}, "no field '<img src=x>'"),
        ({"function": "system"}, "Choose a function"),
        ({"where": "level", "value": "1e999999"}, "level is a number"),
        ({"where": "level", "value": "1 OR 1=1"}, "level is a number"),
        ({"where": "site", "value": "a\nb"}, "all of them printable"),
    ],
)
def test_choice_that_does_not_fit_is_refused_in_a_sentence(choices: dict[str, str], says: str) -> None:
    with pytest.raises(ChoiceError) as refused:
        panels.files(chosen(**choices), FIELDS, "x")
    assert says in str(refused.value)


def test_every_function_of_the_dialect_has_a_summary() -> None:
    assert {each.name for each in summaries.FUNCTIONS} == set(registry.called())
    assert {each.name for each in summaries.AGGREGATES} == set(AGGREGATES)
