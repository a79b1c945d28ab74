"""SQL applications with the real language and engine, on real streams."""

import json
from typing import Any

import pytest

from sql.live.deploying import deploy
from sql.live.models import SqlFault, SqlRow, SqlSwitch
from streams import applications
from streams.applications import Asked
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.models import DeadLetter, Lease
from streams.wiring import build_worker

pytestmark = pytest.mark.django_db(transaction=True)
TOML = """source = "clicks"
partition_key = "page"
{more}
[schema]
row_path = "$"

[[schema.columns]]
name = "page"
type = "VARCHAR(16)"

[[schema.columns]]
name = "ms"
type = "INTEGER"
"""
COUNT = """CREATE OR REPLACE STREAM "COUNTS" ("page" VARCHAR(16), "n" INTEGER, "double" INTEGER);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "COUNTS"
SELECT STREAM "page", COUNT(*) OVER "W", {factor} "ms"
FROM "SOURCE_SQL_STREAM_001" AS "S"
WINDOW "W" AS (PARTITION BY "page" RANGE INTERVAL '1' HOUR PRECEDING);
"""


def folder(factor: str = "2 *", more: str = "") -> dict[str, bytes]:
    return {
        "application.toml": TOML.format(more=more).encode(),
        "application.sql": COUNT.format(factor=factor).encode(),
    }


def consume() -> None:
    worker = build_worker("counts", "clicks", TRIM_HORIZON)
    worker.step()
    for _ in range(5):
        worker.step()
    worker.close()


def click(page: str, ms: Any = 1) -> tuple[str, bytes]:
    return page, json.dumps({"page": page, "ms": ms}).encode()


def rows() -> list[dict[str, Any]]:
    find = applications.find("counts").report_range
    assert find
    return [row["row"] for row in find(Asked())]


def test_window_goes_on_over_restarts_and_versions(clicks: EmbeddedStream) -> None:
    deploy("counts", folder(), "eve")
    clicks.put([click("a", 5), click("b", 5)])
    consume()
    deploy("counts", folder(factor="3 *"), "eve")
    clicks.put([click("a", 5)])
    consume()
    assert rows() == [
        {"page": "a", "n": 1, "double": 10},
        {"page": "b", "n": 1, "double": 10},
        {"page": "a", "n": 2, "double": 15},
    ]
    assert list(SqlSwitch.objects.order_by("pk").values_list("before", "version")) == [(0, 1), (1, 2)]


def test_faults_name_the_line_and_unreadable_records_are_dead_letters(clicks: EmbeddedStream) -> None:
    deploy("counts", folder(factor="10 /"), "eve")
    clicks.put([click("a", 0), click("a", 5), ("a", b"{broken")])
    consume()
    assert [row["double"] for row in rows()] == [2]
    division = SqlFault.objects.get(kind="ARITHMETIC")
    assert (division.pump, division.column, division.line, division.count) == ("P", "double", 3, 1)
    assert DeadLetter.objects.get(application="counts").partition_key == "a"


def test_parallel_application_keeps_counts_over_a_split(clicks: EmbeddedStream) -> None:
    deploy("counts", folder(more="parallel = true\n"), "eve")
    pages = [f"page {number}" for number in range(8)]
    clicks.put([click(page) for page in pages])
    consume()
    clicks.split(clicks.describe().shards[0].id)
    clicks.put([click(page) for page in pages])
    consume()
    assert sorted((row["page"], row["n"]) for row in rows()) == sorted((page, n) for page in pages for n in (1, 2))
    assert Lease.objects.filter(application="counts").count() == 3
    assert SqlRow.objects.count() == 16


def test_cut_texts_are_counted_by_column(clicks: EmbeddedStream) -> None:
    deploy("counts", folder(), "eve")
    clicks.put([("p" * 20, json.dumps({"page": "p" * 20, "ms": 1}).encode())] * 2)
    consume()
    assert [row["page"] for row in rows()] == ["p" * 16] * 2
    cut = SqlFault.objects.get()
    assert (cut.kind, cut.column, cut.count) == ("CUT", "page", 2)
