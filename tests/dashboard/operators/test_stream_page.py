"""The page of one stream: curves with gaps as gaps, fields, shards, and the lines that put records into it."""

import ast
import csv
import io
import json
import shlex
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from dashboard import links
from dashboard.operators import lines
from dashboard.operators.curve import DAY, STEP, csv_rows, in_steps
from streams.core import clock
from streams.models import LagMinute
from streams.wiring import open_stream
from tests.dashboard.rows import at, lease
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis

pytestmark = pytest.mark.django_db
VIEWS = ("state.json", "curve.json", "minutes.csv")


def fill_minutes(ages: dict[int, tuple[int, int]], created: int) -> int:
    """Stores what arrived so many minutes ago in the stream sensors, made so long ago; returns the open minute."""
    now = clock.now() // clock.MINUTE
    with closing(sqlite3.connect(settings.STREAM_URL.partition(":")[2])) as db:
        db.execute("UPDATE streams SET created = ?", [(now - created) * clock.MINUTE])
        db.executemany("INSERT INTO minutes VALUES (1, ?, ?, ?)", [(now - age, *row) for age, row in ages.items()])
        db.commit()
    return now


def test_page_and_its_data_are_for_staff_only(client: Client, sensors: str) -> None:
    client.force_login(User.objects.create_user("bob"))
    addresses = ["/streams/sensors/", *(f"/streams/stream/{view}?stream=sensors" for view in VIEWS)]
    assert [client.get(address).status_code for address in addresses] == [403] * 4


def test_curve_has_zeros_where_nothing_came_and_gaps_where_nothing_is_known(ada: Client, sensors: str) -> None:
    fill_minutes({5: (7, 700), 2: (3, 30)}, created=6)
    found = ada.get("/streams/stream/curve.json?stream=sensors").json()
    assert [len(found[name]) for name in ("minutes", "records", "bytes")] == [DAY] * 3
    [*before, last] = [found["records"][:-7], found["records"][-7:]]
    assert (set(before[0]), last) in [
        ({None}, [None, 0, 7, 0, 0, 3, 0]),
        ({None}, [0, 7, 0, 0, 3, 0, 0]),  # the minute has ended meanwhile
    ]


def test_csv_and_table_have_the_numbers_of_the_curve(ada: Client, sensors: str) -> None:
    now = fill_minutes({4: (7, 700), 2: (3, 30)}, created=4)
    for age in (3, 2):
        minute = clock.to_datetime((now - age) * clock.MINUTE)
        row = {"stream": "sensors", "minute": minute, "watermark": minute + timedelta(seconds=41), "lag": 9.0}
        LagMinute.objects.create(application="trades", **row)
    answer = ada.get("/streams/stream/minutes.csv?stream=sensors")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["minute", "minute_ms", "records", "bytes", "lag_s of trades"]
    assert [row[2:] for row in rows[1:4]] == [["7", "700", ""], ["0", "0", "9.0"], ["3", "30", "9.0"]]
    columns = ada.get("/streams/sensors/").context["curve"]
    steps = in_steps(columns)
    assert sum(step["records"] for step in steps if step["records"]) == 10
    assert {lag for step in steps for lag in step["lags"]} <= {9.0, 0.0, None}
    assert len(list(csv_rows(columns))) == len(rows) - 1
    assert len(steps) <= DAY // STEP


def test_fields_are_listed_with_example_kinds_and_share(ada: Client, sensors: str) -> None:
    datas = [b'{"a": 1, "b": {"c": "<x>"}}', b'{"a": "one"}', b"GET /", b"\xff"]
    open_stream(sensors).put([("k", data) for data in datas])
    page = ada.get("/streams/sensors/")
    assertContains(page, "Of the newest 4 records: 2 JSON, 1 text, 1 binary.")
    assertContains(page, '<th scope="row" class="word name">b.c</th><td class="word">text</td><td>25 %</td>')
    assertContains(page, "<code>&quot;&lt;x&gt;&quot;</code>")
    assertContains(page, '<td class="word">text, number</td><td>50 %</td>')


def test_open_shards_come_first_with_their_acts(ada: Client, sensors: str) -> None:
    open_stream(sensors).split("shardId-000000000000")
    rows = ada.get("/streams/sensors/").context["shards"]
    assert [(row["id"][-1], row["open"], row["share"], bool(row.get("merge"))) for row in rows] == [
        ("2", True, 25.0, True),
        ("3", True, 25.0, True),
        ("1", True, 50.0, False),
        ("0", False, 50.0, False),
    ]


def test_page_of_a_busy_stream_costs_as_many_queries_as_that_of_a_quiet_one(ada: Client, sensors: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get("/streams/sensors/")
        return len(captured)

    lease("trades", at(), stream="sensors")
    minute = clock.to_datetime((clock.now() // clock.MINUTE - 1) * clock.MINUTE)
    rows = [LagMinute(application="trades", stream="sensors", minute=minute, lag=1.0)]
    LagMinute.objects.bulk_create(rows)
    before = queries()
    rows = [
        LagMinute(application="trades", stream="sensors", minute=minute - timedelta(minutes=age), lag=1.0)
        for age in range(1, 5000)
    ]
    LagMinute.objects.bulk_create(rows)
    assert queries() == before


def test_missing_stream_is_not_found_in_words(ada: Client, sensors: str) -> None:
    assert ada.get("/streams/nothing/").status_code == 404
    answer = ada.get("/streams/stream/state.json?stream=nothing")
    assert (answer.status_code, answer.json()["error"][:30]) == (404, "There is no stream 'nothing'. ")


def test_stream_that_has_the_name_of_a_page_has_an_address(ada: Client, sensors: str) -> None:
    for name in ("new", "records", "stream", "act", "..", "état?"):
        address = links.to_stream(name)
        assert address.startswith("/streams/stream/?stream=")
    open_stream("new").create()
    assertContains(ada.get(links.to_stream("new")), "<h1>new</h1>")
    assertContains(ada.get("/streams/"), 'href="/streams/stream/?stream=new"')


def test_lines_reach_the_stream_through_a_shell_whatever_its_name(settings: Settings) -> None:
    settings.SITE_URL, settings.ENDPOINT_URL = "https://streams.example.org", "https://kinesis.example.org"
    curl, boto3, command = (shlex.split(line.command) for line in lines.lines("it's $(a)"))
    assert curl[3] == "https://streams.example.org/streams/it%27s%20%24%28a%29/records"
    assert curl[4:] == [
        *("-H", "Authorization: Bearer $MILLRACE_TOKEN", "-H", "Content-Type: application/json"),
        *("-d", '{"hello": "world"}'),
    ]
    calls = [node for node in ast.walk(ast.parse(boto3[2])) if isinstance(node, ast.Call)]
    given = {word.arg: ast.literal_eval(word.value) for call in calls for word in call.keywords}
    assert given == {
        "endpoint_url": "https://kinesis.example.org",
        "region_name": lines.endpoint()["region_name"],
        "StreamName": "it's $(a)",
        "PartitionKey": "greeting",
        "Data": '{"hello": "world"}',
    }
    assert (command[2:5], json.loads(command[-1])) == (["streams", "put", "it's $(a)"], {"hello": "world"})


def test_boto3_line_leads_to_kinesis_where_the_streams_are_there(settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1?endpoint_url=http://localhost:4566"
    assert lines.endpoint() == {"endpoint_url": "http://localhost:4566", "region_name": "eu-west-1"}
    settings.STREAM_URL = "kinesis://eu-west-1"
    assert lines.endpoint() == {"region_name": "eu-west-1"}


def test_kinesis_that_does_not_answer_is_quoted(ada: Client, kinesis: FakeKinesis) -> None:
    kinesis.streams.clear()
    lease("trades", at(), stream="sensors")
    page = ada.get("/streams/sensors/")
    assertContains(page, "There is no stream &#x27;sensors&#x27; in eu-west-1.")
    assertContains(page, 'aria-label="trades on sensors"')
    assertNotContains(page, "/streams/act/put/")
