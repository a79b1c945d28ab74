"""Rows of two versions over the same records, bounded in time and in rows."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sql.folder import Application, Column, Schema
from sql.offline import comparing
from sql.offline.comparing import compare, comparison_lines
from sql.offline.records import Sample
from sql.types import INTEGER, varchar

SCHEMA = Schema((Column("page", varchar(8)), Column("ms", INTEGER)))
SCRIPT = """CREATE STREAM SLOW ("page" VARCHAR(8), "ms" INTEGER); CREATE PUMP P AS INSERT INTO SLOW
SELECT STREAM "page", {} FROM SOURCE_SQL_STREAM_001 WHERE "ms" > {};
CREATE STREAM PAGES ("page" VARCHAR(8), "rows" BIGINT); CREATE PUMP Q AS INSERT INTO PAGES
SELECT STREAM "page", COUNT(*) FROM SOURCE_SQL_STREAM_001 AS S GROUP BY STEP(S.ROWTIME BY INTERVAL '1' MINUTE), "page";
"""
SAMPLES = [Sample(at * 1000, "k", b'{"page":"/%d","ms":%d}' % (at % 2, at)) for at in range(12)]


def slow(than: int, value: str = '"ms"') -> Application:
    return Application("slow", SCRIPT.format(value, than), SCHEMA)


def test_compare_tells_the_rows_of_one_version_alone() -> None:
    found = compare(slow(3), slow(9), SAMPLES)
    assert (found.records, found.cut) == (12, "")
    assert list(comparison_lines(found, "version 1", "version 2")) == [
        "PAGES: 2 rows, the same.",
        "SLOW: 2 rows in both, 6 only in version 1, 0 only in version 2.",
        *(f'- 1970-01-01T00:00:0{at}.000Z {{"page":"/{at % 2}","ms":{at}}}' for at in (4, 5, 6, 7, 8)),
        "- … and 1 row more",
    ]


def test_compare_counts_equal_rows_and_tells_what_failed_in_one() -> None:
    samples = [SAMPLES[10], SAMPLES[10], Sample(10_000, "k", b"{")]
    before, after = slow(3), slow(3, '10 / ("ms" - 10)')
    assert list(comparison_lines(compare(before, after, samples), "a", "b")) == [
        "PAGES: 1 row, the same.",
        "SLOW: 0 rows in both, 2 only in a, 0 only in b.",
        '- 1970-01-01T00:00:10.000Z {"page":"/0","ms":10}  (2 times)',
        "b: P, line 2: 2 rows failed at the column ms. The first: A number was divided by 0. "
        "(10 / (\"ms\" - 10); the row was page='/0', ms=10)",
    ]


@pytest.mark.parametrize(
    ("proceed", "records", "cut"),
    [
        (iter([True, True, False]).__next__, 8, "the time was up"),
        (lambda: True, 4, "more than 3 rows differ"),
    ],
)
def test_compare_ends_when_time_or_room_is_up(
    monkeypatch: pytest.MonkeyPatch, proceed: Callable[[], bool], records: int, cut: str
) -> None:
    monkeypatch.setattr(comparing, "STEP", 4)
    if "rows" in cut:
        monkeypatch.setattr(comparing, "DIFFERING_MOST", 3)
    found = compare(slow(-1), slow(3), SAMPLES, proceed)
    assert (found.records, found.cut) == (records, cut)
    assert sum(found.streams["PAGES"].rows) == 4  # the windows that are open give their rows


def test_bounded_takes_the_first_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "RECORDS_MOST", 5)
    assert comparing.bounded(iter(SAMPLES)) == SAMPLES[:5]
    monkeypatch.setattr(comparing, "BYTES_MOST", 2 * len(SAMPLES[0].data))
    assert comparing.bounded(iter(SAMPLES)) == SAMPLES[:2]


def test_both_versions_read_their_own_schema() -> None:
    short = replace(slow(3), schema=Schema((Column("page", varchar(1)), SCHEMA.columns[1])))
    found = compare(slow(3), short, SAMPLES[4:5])
    assert [len(rows) for rows in found.streams["SLOW"].alone()] == [1, 1]


def test_rows_that_are_not_shown_are_counted_each_time_they_came() -> None:
    found = comparing.Comparison({"S": comparing.Stream()})
    lines = [{"rowtime": f"2026-09-21T14:00:0{n}.000Z", "row": {"n": n}} for n in (0, 1, 2, 3, 4, 5, 5, 5)]
    for line in lines:
        found.streams["S"].add(line, 0)
    assert list(comparison_lines(found, "1", "2"))[-1] == "- … and 3 rows more"
