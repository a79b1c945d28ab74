"""Runs over records, within bounds."""

import json
from itertools import count

import pytest

from sql.offline.trial import Record, Task, Told, perform
from tests.sql.editing.conftest import SCRIPT, TOML

START = 1_700_000_040_000  # a whole minute


def files(script: str = SCRIPT, toml: str = TOML) -> dict[str, bytes]:
    return {"application.toml": toml.encode(), "application.sql": script.encode()}


def records(number: int, step: int = 1000) -> list[Record]:
    rows = [{"site": "ab"[at % 2], "degrees": at} for at in range(number)]
    return [(START + at * step, at + 1, "k", json.dumps(row).encode()) for at, row in enumerate(rows)]


def ran(script: str = SCRIPT, number: int = 90, **more: object) -> Told:
    return perform(Task("x", files(script), runs=True, records=records(number), until=START + 90_000, **more))  # type: ignore[arg-type]


def test_run_gives_the_rows_of_each_stream_those_of_open_windows_last() -> None:
    told = ran()
    [stream] = told.streams
    assert (told.read, told.compiles, stream.count, stream.columns[0]) == (90, True, 4, ("site", "VARCHAR(16)"))
    minute = START + 60_000
    assert [(time, json.loads(text)) for time, text in stream.rows] == [
        (minute, ["a", 29.0]), (minute, ["b", 30.0]), (minute + 60_000, ["a", 74.0]), (minute + 60_000, ["b", 75.0]),
    ]  # fmt: skip


def test_bare_query_is_run_as_a_stream_of_its_own() -> None:
    told = ran(SCRIPT + 'SELECT STREAM "site" FROM "SOURCE_SQL_STREAM_001";')
    assert [(each.name, each.count, each.peek) for each in told.streams] == [("MEANS", 4, False), ("QUERY_1", 90, True)]


def test_comparison_has_the_rows_that_only_one_version_gives() -> None:
    told = ran(SCRIPT.replace('AVG("degrees")', 'MAX("degrees")'), against=files())
    found = told.difference
    assert found
    assert (found.same, found.new, found.old) == (0, 4, 4)
    assert (found.only_new[0].values, found.only_old[0].values) == ('["a",58.0]', '["a",29.0]')
    same = ran(against=files()).difference
    assert same
    assert (same.same, same.new, same.old) == (4, 0, 0)


def test_run_ends_when_its_time_is_up_and_the_comparison_reads_as_much() -> None:
    ticks = count()
    task = Task("x", files(), runs=True, records=records(90), against=files(), seconds=40)
    told = perform(task, lambda: float(next(ticks)))
    assert (told.read, told.cut) == (67, "The run was ended after 40 s of work")
    assert told.difference
    assert (told.difference.new, told.difference.old) == (0, 0)


def test_run_ends_when_it_makes_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sql.offline.trial.ROWS_MOST", 20)
    script = 'SELECT STREAM "site" FROM "SOURCE_SQL_STREAM_001";'
    told = perform(Task("x", files(script), runs=True, records=records(90)), lambda: 0.0)
    assert (told.cut, told.read) == ("The run was ended after 20 rows", 48)


def test_faults_are_counted_by_pump_column_and_line() -> None:
    told = ran(SCRIPT.replace('AVG("degrees")', 'AVG(CAST("site" AS DOUBLE))'))
    [fault] = told.faults
    assert (fault.pump, fault.line, fault.count, fault.sentence) == ("P", 3, 90, "'a' cannot be cast to DOUBLE.")


@pytest.mark.parametrize(
    ("script", "toml", "trouble", "problem"),
    [
        (SCRIPT.replace("AVG", "AVGG"), TOML, "", (3, 23)),
        (SCRIPT, "source = 3\n" + TOML[19:], "application.toml: 'source' must be a text.", None),
        ("SELEC", "[", "application.toml is not TOML", (1, 1)),
        ("SELECT STREAM " + "(" * 50_000, TOML, "", (1, 210)),
        ("", TOML, "", None),
    ],
)
def test_check_tells_each_fault_at_its_place(
    script: str, toml: str, trouble: str, problem: tuple[int, int] | None
) -> None:
    told = perform(Task("x", files(script, toml)))
    assert told.trouble.startswith(trouble)
    places = [(each.line, each.column) for each in told.problems if not each.warning]
    assert places[:1] == ([problem] if problem else places[:1])
