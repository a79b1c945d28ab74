"""Fixtures of the pages that write applications: people, a stream with records, and a bench in the process."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from sql.live.editing import catalogue
from sql.live.editing.bench import Bench
from sql.offline.trial import Told, perform
from streams.backends.embedded.stream import EmbeddedStream

TOML = """source = "sensors"

[[columns]]
name = "site"
type = "VARCHAR(16)"

[[columns]]
name = "degrees"
type = "DOUBLE"
"""
SCRIPT = """CREATE OR REPLACE STREAM "MEANS" ("site" VARCHAR(16), "mean" DOUBLE);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "MEANS"
SELECT STREAM "site", AVG("degrees") FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY "site", STEP("S".ROWTIME BY INTERVAL '1' MINUTE);
"""
FORM = {"script": SCRIPT, "configuration": TOML, "name": "means", "slice": "the last 5 minutes"}


@pytest.fixture
def sensors(settings: Settings, tmp_path: Path) -> EmbeddedStream:
    """The stream `sensors` with four records, one with a text in place of a number."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "sensors")
    stream.create()
    readings = [("a", 1.5), ("a", 2.5), ("b", 7.25), ("<b>", 3.0)]
    stream.put([(site, json.dumps({"site": site, "degrees": degrees}).encode()) for site, degrees in readings])
    catalogue._fields_of_then.cache_clear()
    return stream


@pytest.fixture(autouse=True)
def bench_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Performs tasks in the test's own process; test_bench.py has the real one."""

    def own(self: Bench, task: object, grace: float = 0) -> Told:
        return perform(task)  # type: ignore[arg-type]

    monkeypatch.setattr(Bench, "perform", own)
    monkeypatch.setattr(Bench, "warm", lambda self: None)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor(db: None) -> Client:
    """Eve, a viewer with the right."""
    eve = User.objects.create_user("eve")
    eve.user_permissions.add(Permission.objects.get(codename="may_edit"))
    return signed_in(eve)


@pytest.fixture
def viewer(db: None) -> Client:
    return signed_in(User.objects.create_user("vic"))
