"""A stream that refuses reads: an application computes each record once all the same."""

import json
from pathlib import Path
from random import Random

import pytest
from pytest_django import Settings

from sql.live.deploying import deploy
from sql.live.models import SqlRow
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.models import Lease
from streams.wiring import build_worker
from tests.sql.live.test_with_engine import folder

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 300
FAULTS = "faults=throttle:0.3,expire:0.2&seed=7"


def rows(name: str) -> list[str]:
    """Returns the rows that an application gives for the whole stream, in an order of their own."""
    worker = build_worker(name, "clicks", TRIM_HORIZON)
    while sum(Lease.objects.filter(application=name).values_list("applied", flat=True)) < RECORDS:
        worker.step()
    worker.close()
    return sorted(SqlRow.objects.filter(output__application__name=name).values_list("data", flat=True))


@pytest.mark.parametrize("more", ["", "parallel = true"])
def test_rows_are_the_same_when_reads_are_throttled(settings: Settings, tmp_path: Path, more: str) -> None:
    path, chance = tmp_path / "streams.sqlite3", Random(5)
    stream = EmbeddedStream(path, "clicks")
    stream.create(3)
    for number in range(RECORDS):
        page = chance.choice("abcde")
        stream.put([(page, json.dumps({"page": page, "ms": number}).encode())])
    given = {}
    for name, query in (("calm", ""), ("throttled", f"?{FAULTS}")):
        settings.STREAM_URL = f"embedded:{path}{query}"
        deploy(name, folder(more=more), "eve")
        given[name] = rows(name)
    assert len(given["calm"]) == RECORDS
    assert given["throttled"] == given["calm"]
