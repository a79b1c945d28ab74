"""The list of streams: every stream of the service, its figures, fields and readers."""

import json
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from dashboard.operators.readers import waiting
from streams import overview as looks
from streams.backends.kinesis import reading, stream
from streams.backends.kinesis.stream import KinesisStream
from streams.core.facts import Counted, Facts
from streams.core.sampling import Sample
from streams.models import Lease
from streams.wiring import open_stream
from tests.dashboard.rows import at, lease
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, refusal

pytestmark = pytest.mark.django_db
LIST = "/streams/list.json"


def test_list_is_for_staff_only(client: Client, sensors: str) -> None:
    assertRedirects(client.get("/streams/"), "/accounts/sign-in/?next=/streams/", fetch_redirect_response=False)
    assert client.get(LIST).json() == {"error": "signed out"}
    client.force_login(User.objects.create_user("bob"))
    assert [client.get(each).status_code for each in ("/streams/", LIST)] == [403, 403]


def test_stream_without_a_reader_is_listed_with_its_figures_and_fields(ada: Client, sensors: str) -> None:
    open_stream(sensors).put([("k", json.dumps({"a": number, "b": {"c": "x"}}).encode()) for number in range(3)])
    [row] = ada.get(LIST).json()["streams"]
    newest, age, rate, size = (row.pop(name) for name in ("newest", "age", "rate", "bytes"))
    assert newest and 0 <= age < 60
    assert 0 < rate <= 3 and 0 < size <= 75  # since the stream was made, which is at least a second
    figures = {"records": 3, "open": 2, "closed": 0, "fields": "a, b.c", "readers": []}
    addresses = {"url": "/streams/sensors/", "records_url": "/streams/sensors/records/"}
    assert row == {"stream": "sensors", "untold": ""} | addresses | figures
    page = ada.get("/streams/")
    assertContains(page, '<small class="seen" data-f="fields">a, b.c</small>')
    assertContains(page, "nobody")


def test_readers_are_listed_with_their_lag(ada: Client, sensors: str) -> None:
    open_stream(sensors).put([("k", b"{}")] * 4)
    for shard in ("shardId-000000000000", "shardId-000000000001"):
        lease("trades", at(), stream="sensors", shard=shard, checkpoint="after-sequence-number:1/2")
    [reader] = ada.get(LIST).json()["streams"][0]["readers"]
    assert (reader["application"], reader["lag_records"], reader["unattended"]) == ("trades", 2, True)
    assertContains(ada.get("/streams/"), "trades on sensors: no worker reads it.")
    Lease.objects.update(checkpoint="after-sequence-number:1/4")
    [reader] = ada.get(LIST).json()["streams"][0]["readers"]
    assert (reader["lag"], reader["lag_records"], reader["unattended"]) == (0.0, 0, False)


def test_reader_of_a_deleted_stream_is_listed(ada: Client, sensors: str) -> None:
    lease("trades", at(), stream="former")
    rows = ada.get(LIST).json()["streams"]
    assert [(row["stream"], row["untold"], row["rate"], len(row["readers"])) for row in rows] == [
        ("sensors", "", 0.0, 0),
        ("former", "gone", None, 1),
    ]
    assertContains(ada.get("/streams/former/"), "There is no stream &#x27;former&#x27;.")


def test_list_costs_as_many_queries_for_many_readers(ada: Client, sensors: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ada.get("/streams/")
        return len(captured)

    lease("trades", at(), stream="sensors")
    before = queries()
    for number in range(30):
        lease(f"a{number}", at(), stream="sensors")
    assert queries() == before


def test_streams_are_found_by_a_part_of_their_name(ada: Client, sensors: str) -> None:
    open_stream("orders").create()
    page = ada.get("/streams/?q=SENS")
    assert [row["stream"] for row in page.context["state"]["streams"]] == ["sensors"]
    assertContains(ada.get("/streams/?q=nothing"), "No stream has that in its name.")
    assert ada.get("/streams/?q=" + "x" * 500).status_code == 200


def test_samples_are_taken_of_few_streams_at_a_time() -> None:
    taken: list[str] = []

    def take(name: str) -> Sample:
        taken.append(name)
        return Sample(len(taken))

    clock = [0.0]
    kept = looks.Samples(take, lambda: clock[0])
    streams = [Facts(f"s{number:02}", 0, tip=1) for number in range(20)]
    sizes = [len(kept.of("url", streams)) for _ in range(4)]
    assert (sizes, len(taken)) == ([8, 16, 20, 20], 20)
    clock[0] = looks.SAMPLE_SECONDS
    kept.of("url", [facts._replace(tip=2) for facts in streams])
    assert taken[20:] == taken[:8]
    kept.of("other", streams[:1])
    assert taken[28:] == ["s00"]


def test_waiting_records_are_told_by_counts_alone() -> None:
    shards = {"a": Counted(5, 9, open=True), "b": Counted(7, 7, open=True), "c": Counted(3, 3, open=False)}
    one = Lease(shard="a", checkpoint="after-sequence-number:1/6")
    assert waiting([one, Lease(shard="c", checkpoint="shard-end")], shards) == 3 + 7
    assert waiting([Lease(shard="a", checkpoint="after-sequence-number:1/2")], shards) == 5 + 7 + 3  # 2 have expired
    assert waiting([Lease(shard="a", checkpoint="latest")], shards) is None
    assert waiting([Lease(shard="a", checkpoint="damaged")], shards) is None
    whole = "a=after-sequence-number:1/9 b=trim-horizon"
    assert waiting([Lease(shard="*", checkpoint=whole)], shards) == 0 + 7 + 3


def test_page_says_how_to_begin_where_there_is_no_stream(ada: Client, sensors: str) -> None:
    open_stream(sensors).delete()
    assertContains(ada.get("/streams/"), "There is no stream yet")
    assertContains(ada.get("/streams/"), 'href="/streams/new/">Make a stream')


def test_kinesis_tells_shards_and_nothing_else(ada: Client, kinesis: FakeKinesis) -> None:
    [row] = ada.get(LIST).json()["streams"]
    told = {name: row[name] for name in ("stream", "untold", "newest", "rate", "bytes", "records", "open", "closed")}
    assert told == dict.fromkeys(told) | {"stream": "sensors", "untold": "not told", "open": 2}
    page = ada.get("/streams/sensors/")
    assertContains(page, "not told by Kinesis")
    assertContains(page, "Look now")
    assertNotContains(page, 'data-chart="records"')
    assert kinesis.count("GetRecords") == 0


def test_kinesis_that_refuses_to_list_is_quoted(ada: Client, kinesis: FakeKinesis) -> None:
    kinesis.failures["ListStreams"].append(refusal("AccessDeniedException", "ListStreams"))
    assertContains(ada.get("/streams/"), "AWS does not let these credentials do kinesis:ListStreams")


def test_records_of_a_kinesis_stream_are_looked_at_when_asked_for(
    ada: Client, kinesis: FakeKinesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinesis.put_record(StreamName="sensors", PartitionKey="k", Data=b'{"a": 1}')
    fast = partial(KinesisStream, client=kinesis, read_seconds=0)
    monkeypatch.setattr(stream, "open_kinesis", lambda url, name: fast(name))
    monkeypatch.setattr(reading, "SETTLE", -1000)  # or the test would wait until the record has settled
    assertContains(ada.get("/streams/sensors/?fields=1"), "Of the newest 1 record")
    assertContains(ada.get("/streams/sensors/records/"), "1 record of 1 looked at")
