"""Offline, an application starts with its first record, and a record that cannot be read is told of once."""

from sql.folder import from_files
from sql.offline.records import Sample
from sql.offline.running import Run
from sql.offline.trial import Trial
from sql.program import compile_application

TOML = b'name = "t"\nsource = "t"\n[[columns]]\nname = "A"\ntype = "INTEGER"\n[switches]\ncurrent_timestamp = "start"\n'
SCRIPT = b"CREATE STREAM o (t TIMESTAMP); CREATE PUMP p AS INSERT INTO o SELECT STREAM CURRENT_TIMESTAMP FROM "
APPLICATION = from_files({"application.toml": TOML, "application.sql": SCRIPT + b"SOURCE_SQL_STREAM_001;"})
TIME = 1_769_904_000_000


def test_current_timestamp_is_that_of_the_first_record_where_it_is_the_start() -> None:
    rows = list(Run(APPLICATION).rows([Sample(TIME + 5_000 * n, "k", b'{"A": 1}') for n in range(2)]))
    assert [row["row"]["T"] for row in rows] == ["2026-02-01 00:00:00.000"] * 2
    trial = Trial(APPLICATION, compile_application(APPLICATION))
    trial.run([(TIME + 5_000 * n, n, "k", b'{"A": 1}') for n in range(2)], 10.0)
    assert {line[2] for line in trial.lines} == {b'["2026-02-01 00:00:00.000"]'}


def test_a_record_that_cannot_be_read_is_told_of_once() -> None:
    run = Run(APPLICATION)
    assert list(run.rows([Sample(TIME, "k", b'{"A": "x"}')])) == []
    assert run.troubles() == ["1 record could not be read. Record 1: The value 'x' of column A is not a number."]
