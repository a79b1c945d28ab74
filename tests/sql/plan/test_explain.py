"""Checks how plans are explained, with scripts and the texts for them side by side in `explained`.

MILLRACE_WRITES_EXPLAINED=1 writes the texts anew: read the difference before you keep it.
"""

import json
import os
from pathlib import Path

import pytest

from sql.plan.explain import explain, explain_rows
from tests.sql.analysis.applications import plan

SCRIPTS = sorted((Path(__file__).parent / "explained").glob("*.sql"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_plan_is_explained(script: Path) -> None:
    text = explain(plan(script.read_text(), partition_key="ticker"))
    expected = script.with_suffix(".txt")
    if os.environ.get("MILLRACE_WRITES_EXPLAINED"):
        expected.write_text(text)
    assert text == expected.read_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.stem)
def test_rows_of_an_explanation_are_plain_data(script: Path) -> None:
    rows = explain_rows(plan(script.read_text()))
    assert json.loads(json.dumps(rows)) == rows


def test_row_says_operator_place_and_state() -> None:
    text = "SELECT STREAM COUNT(*)\nFROM TRADES_001 AS t\nGROUP BY FLOOR(t.ROWTIME TO MINUTE)"
    assert explain_rows(plan(text))[1] == {
        "pump": "QUERY_1",
        "target": "",
        "line": 3,
        "operator": "Aggregate",
        "says": "groups rows of each minute: COUNT(*)",
        "when": "rows leave at the end of each minute",
        "bytes": 78,
        "each": "group of the current step",
    }


def test_words_of_the_user_are_cut_and_cleaned() -> None:
    text = f"SELECT STREAM ID FROM TRADES_001 WHERE LINE = 'a\n\x1b[31m{'x' * 200}'"
    says = explain_rows(plan(text))[1]["says"]
    assert (len(says), "\x1b" in says, "\n" in says) == (len("lets rows pass where ") + 80, False, False)
