"""The state machine of the pages' looks and times, by the tables that the front end is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.standing import judge, shown

HERE = Path(__file__).parent
TABLE: list[dict[str, Any]] = json.loads((HERE / "standing.json").read_text())
BROWSER = {"paused", "replayed"}  # of which the server does not know
SHOWN = [row for row in json.loads((HERE / "shown.json").read_text()) if not row.keys() & BROWSER]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["case"])
def test_standing_is_judged_by_the_table(row: dict[str, Any]) -> None:
    more = {name: row.get(name, usual) for name, usual in (("ahead", 0), ("drained", False), ("elsewhere", False))}
    found = judge(row["newest"], row["watermark"], row["workers"], row["now"], **more)
    assert (found.look, found.reason, found.age, found.since) == (
        row["look"], row["reason"], row["age"], row["watermark"],
    )  # fmt: skip


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row["case"])
def test_shown_time_is_that_of_the_table(row: dict[str, Any]) -> None:
    assert shown(row.get("past")) == (row["view"], row["at"])
