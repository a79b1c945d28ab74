"""Sentences for what a run over sample records could not use."""

from sql.folder import Application, Column, Schema
from sql.offline.records import Sample
from sql.offline.running import Run
from sql.types import DATE, DOUBLE, INTEGER, TIMESTAMP, decimal, varchar

SCHEMA = Schema((Column("page", varchar(8)), Column("ms", INTEGER)))
SCRIPT = """CREATE STREAM S ("page" VARCHAR(2), "n" INTEGER); CREATE PUMP P AS INSERT INTO S
SELECT STREAM "page", 10 / "ms" FROM SOURCE_SQL_STREAM_001;"""


def troubles(*datas: bytes) -> list[str]:
    run = Run(Application("slow", SCRIPT, SCHEMA))
    list(run.rows(Sample(at, "k", data) for at, data in enumerate(datas)))
    return run.troubles()


def test_troubles_tell_a_record_that_cannot_be_read_once() -> None:
    assert troubles(b"{", b'{"page":"/","ms":2}') == [
        "1 record could not be read. Record 1: The record is not JSON at character 1: "
        "Expecting property name enclosed in double quotes."
    ]


def test_troubles_tell_texts_that_were_cut() -> None:
    assert troubles(*[b'{"page":"/cart","ms":2}'] * 2) == ["Column page: 2 texts cut to the column's length."]


def test_troubles_write_the_row_as_a_script_would() -> None:
    columns = (Column("made", TIMESTAMP), Column("day", DATE), Column("fee", decimal(10, 2)), Column("x", DOUBLE))
    script = """CREATE STREAM S ("n" INTEGER);
    CREATE PUMP P AS INSERT INTO S SELECT STREAM 1 / 0 FROM SOURCE_SQL_STREAM_001;"""
    run = Run(Application("slow", script, Schema((*columns, Column("who", varchar(8))))))
    record = b'{"made":"2026-09-21 14:05:07.25","day":"2026-09-21","fee":2.5,"x":1e22,"who":"it\'s"}'
    assert list(run.rows([Sample(0, "k", record)])) == []
    assert run.faults[0].value == ("made=2026-09-21 14:05:07.250, day=2026-09-21, fee=2.50, x=1e+22, who='it''s'")


def test_troubles_tell_a_row_that_failed_with_its_nulls() -> None:
    assert troubles(b'{"ms":0}') == [
        "P, line 2: 1 row failed at the column n. The first: A number was divided by 0."
        ' (10 / "ms"; the row was page=NULL, ms=0)'
    ]
