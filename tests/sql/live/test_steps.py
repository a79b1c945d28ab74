"""The rows of outputs are added up over longer steps, for boards."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.steps.models import RowStep
from sql.live.datasets import datasets, ladder
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams.core import clock
from streams.declarations import Question
from streams.models.rollups import EPOCH, Ladder, mark, roll
from tests.dashboard.rows import at

pytestmark = pytest.mark.django_db
START = clock.from_datetime(at()) // 3_600_000 * 3_600_000
COLUMNS = [["CITY", "VARCHAR(8)"], ["RAIN", "DOUBLE"], ["ROWTIME", "TIMESTAMP"], ['odd"name', "INTEGER"]]


@pytest.fixture
def output() -> SqlOutput:
    application = SqlApplication.objects.create(name="mine", stream="s")
    return SqlOutput.objects.create(application=application, name="OUT", columns=COLUMNS)


def write(output: SqlOutput, minute: int, **row: Any) -> None:
    moment = clock.to_datetime(START + minute * clock.MINUTE)
    data = json.dumps(row | {"ROWTIME": moment.isoformat()})
    SqlRow.objects.create(output=output, stream="s", rowtime=moment, ordinal=minute, data=data)
    mark("mine", "s", [moment])


def steps() -> Ladder:
    return replace(ladder("mine"), kept_since=lambda: EPOCH)


def asked(**more: Any) -> Question:
    return Question(stream="s", start=START, end=START + 7_200_000, step=3_600_000, column="RAIN", **more)


def test_output_answers_from_its_steps_after_its_rows_are_gone(output: SqlOutput) -> None:
    for minute, city, rain in [(0, "A", 1.5), (1, "B", None), (59, "A", 2), (61, "B", 4), (119, "B", 0)]:
        write(output, minute, CITY=city, RAIN=rain)
    assert (roll(steps(), "s", ends=False), roll(steps(), "s")) == (4, 1)  # the newest step is not over
    SqlRow.objects.all().delete()
    [made] = datasets()
    assert [line.values for line in made.series(asked(function="sum")).lines] == [[3.5, 4]]
    by = made.series(asked(function="mean", by="CITY"))
    assert [(line.name, line.values, line.whole) for line in by.lines] == [
        ("B", [None, 2], 2),
        ("A", [1.75, None], 1.75),
    ]
    assert [line.values for line in made.series(asked(function="count", where={"CITY": ["B"]})).lines] == [[1, 2]]


def test_steps_are_found_by_the_name_of_their_output(output: SqlOutput) -> None:
    write(output, 0, CITY="A", RAIN=1)
    roll(steps(), "s")
    assert set(RowStep.objects.values_list("dataset", "step", "of")) == {
        ("mine/OUT", step, of) for step in (300, 1800, 10_800, 86_400, 2_592_000) for of in ("", "*")
    }
