"""The state machine of the pages' looks, by the table that the front end is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.standing import judge

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "standing.json").read_text())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["case"])
def test_standing_is_judged_by_the_table(row: dict[str, Any]) -> None:
    more = {name: row.get(name, usual) for name, usual in (("ahead", 0), ("drained", False), ("elsewhere", False))}
    found = judge(row["newest"], row["watermark"], row["workers"], row["now"], **more)
    assert (found.look, found.reason, found.age, found.since) == (
        row["look"], row["reason"], row["age"], row["watermark"],
    )  # fmt: skip
