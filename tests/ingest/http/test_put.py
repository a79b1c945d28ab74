"""The records that POST /streams/NAME/records stores, and its answers."""

import gzip
import io
import json
from threading import BoundedSemaphore
from urllib.parse import quote

import pytest
import zstandard
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.models import SecurityEvent, User
from ingest.http import unpacking, views
from ingest.http.rates import Rates
from ingest.http.refusals import RefusedError
from monitoring.counters import counters
from streams.backends.embedded.stream import EmbeddedStream
from tests.ingest.http.conftest import Send, held

NDJSON = "application/x-ndjson"


def test_one_object_is_stored_as_it_was_sent(send: Send, clicks: EmbeddedStream) -> None:
    answer = send(b' {"user":  "ada"}\n', query="?key=user")
    [shard] = clicks.describe().shards
    told = answer.json()
    assert (answer.status_code, told["stream"], told["records"], told["failed"]) == (200, "clicks", 1, 0)
    assert [each["shard"] for each in told["outcomes"]] == [shard.id] and told["outcomes"][0]["sequence"].isdecimal()
    assert held(clicks) == [("ada", b'{"user":  "ada"}')]
    assert answer.headers["Cache-Control"] == "no-store" and "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("body", "kind", "key", "stored"),
    [
        (b'[{"a":{"b":7}}, {"a":{"b":"x"}}]', "application/json", "a.b", [("7", b'{"a":{"b":7}}'), ("x", None)]),
        (b'{"a":1.10}\r\n\n{"a":true}', NDJSON, "a", [("1.10", b'{"a":1.10}'), ("true", b'{"a":true}')]),
        (b'{"a":[{"b":"x"}]}\n', NDJSON, "a.0.b", [("x", b'{"a":[{"b":"x"}]}')]),
        (b'{"a.b":"x"}\n', NDJSON, "a\\.b", [("x", b'{"a.b":"x"}')]),
        ('a,b\n1,"x, y"\n007,\u00e9\n'.encode(), "text/csv", "a", [("1", b'{"a":1,"b":"x, y"}'), ("007", None)]),
        (b"\xef\xbb\xbfa\n2\n", "TEXT/CSV; charset=utf-8", "a", [("2", b'{"a":2}')]),
    ],
)
def test_body_is_cut_into_records_with_the_key_of_a_field(
    send: Send, clicks: EmbeddedStream, body: bytes, kind: str, key: str, stored: list[tuple[str, bytes | None]]
) -> None:
    assert send(body, kind, query=f"?key={key}").json()["failed"] == 0
    found = held(clicks)
    assert [name for name, _ in found] == [name for name, _ in stored]
    assert all(data in (None, mine) for (_, data), (_, mine) in zip(stored, found, strict=True))


def test_field_of_any_name_is_a_key(send: Send, clicks: EmbeddedStream) -> None:
    for name in ('a"b', "a\\b", "a\x01b", "é", "inner"):
        assert send(json.dumps({name: "k"}).encode(), query=f"?key={quote(name)}").json()["failed"] == 0
    answer = send(b'{"a\\"b": 1}\n{"b": 2}\nx\n', "application/x-ndjson", query="?key=a%22b")
    assert (answer.status_code, answer.json()["failed"]) == (200, 2)
    assert [key for key, _ in held(clicks)] == ["k"] * 5 + ["1"]


def test_open_quote_in_a_csv_swallows_no_rows_in_silence(send: Send, clicks: EmbeddedStream) -> None:
    answer = send(b'a,b\n1,x\n2,"y\n3,z\n4,z\n', "text/csv")
    assert (answer.status_code, held(clicks)) == (400, [])
    assert answer.json()["error"].startswith("The row in line 3 of the CSV has a quote that is not closed")
    last = send(b'a,b\n1,x\n2,"y\n', "text/csv").json()  # in the last line it costs no other row
    broken = send(b'a,b\n1,x\n2,"y"z\n3,"p\nq"\n', "text/csv").json()
    assert (last["records"], last["failed"], broken["records"], broken["failed"]) == (1, 1, 2, 1)


def test_body_that_ends_early_is_refused() -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the client went away")

    for body in (Gone(), io.BytesIO(b"one\ntw")):
        with pytest.raises(RefusedError, match="ended before its Content-Length"):
            unpacking.read(body, 7, "", 100)
    assert unpacking.read(io.BytesIO(b"one\ntwo"), 7, "", 100) == b"one\ntwo"


def test_lines_of_text_are_records_with_the_key_of_the_header(send: Send, clicks: EmbeddedStream) -> None:
    answer = send(
        b"one\r\n\n  two\xff\n", "text/plain", headers={"X-Partition-Key": "caf\u00e9".encode().decode("latin-1")}
    )
    assert answer.json()["records"] == 2
    assert held(clicks) == [("caf\u00e9", b"one"), ("caf\u00e9", b"  two\xff")]


def test_records_without_a_named_key_spread_over_random_keys(send: Send, clicks: EmbeddedStream) -> None:
    send(b"{}\n" * 50, NDJSON)
    assert len({key for key, _ in held(clicks)}) == 50


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstandard.compress, lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])]
)
def test_packed_body_is_unpacked(send: Send, clicks: EmbeddedStream, pack: object) -> None:
    body = b'{"a":1}\n' * 5000
    packed = pack(body)  # type: ignore[operator]
    encoding = "zstd" if packed[:1] == b"(" else "gzip"
    assert send(packed, NDJSON, headers={"Content-Encoding": encoding}).json()["records"] == 5000
    assert len(held(clicks)) == 5000


def test_bad_records_are_told_by_line_and_the_others_are_stored(send: Send, clicks: EmbeddedStream) -> None:
    body = b'{"k":"a"}\n{"k":\n\n{"k":null}\n\xff\n{"x":1}\n{"k":"b"}\n' + b'{"k":"' + b"x" * 257 + b'"}\n'
    answer = send(body, NDJSON, query="?key=k")
    told = answer.json()
    assert (answer.status_code, told["records"], told["failed"]) == (200, 2, 5)
    assert [each.get("line") for each in told["outcomes"]] == [None, 2, 4, 5, 6, None, 8]
    assert told["outcomes"][2] == {"error": "its field 'k' is neither text nor a number", "line": 4}
    assert told["outcomes"][3] == {"error": "it is not UTF-8", "line": 5}
    assert [key for key, _ in held(clicks)] == ["a", "b"]
    short = send(body, NDJSON, query="?key=k&outcomes=no").json()
    assert [each["line"] for each in short["outcomes"]] == [2, 4, 5, 6, 8]


def test_repeat_with_an_idempotency_key_stores_nothing_twice(send: Send, clicks: EmbeddedStream) -> None:
    body, key = b'{"a":1}\nno\n{"a":2}\n', {"Idempotency-Key": "batch 7"}
    first, again = (
        send(body, NDJSON, headers=key),
        send(gzip.compress(body), NDJSON, headers=key | {"Content-Encoding": "gzip"}),
    )
    assert again.json() == first.json() and first.json()["failed"] == 1
    assert ("Idempotent-Replay" in first.headers, again.headers["Idempotent-Replay"]) == (False, "true")
    other = send(body + b"{}", NDJSON, headers=key)
    assert other.status_code == 422 and "key of its own" in other.json()["error"]
    assert send(body, NDJSON, query="?key=a", headers=key).status_code == 422
    assert len(held(clicks)) == 2


def test_idempotency_keys_of_two_people_are_apart(send: Send, clicks: EmbeddedStream) -> None:
    bob = User.objects.create(username="bob", password="-")
    other = tokens.make(bob, "x", ["write:streams"], 1, timezone.now())[1]
    assert send(b"{}", headers={"Idempotency-Key": "1"}).status_code == 200
    answer = send(b"[]", headers={"Idempotency-Key": "1", "Authorization": f"Bearer {other}"})
    assert answer.status_code == 400
    answer = send(b"[1]", headers={"Idempotency-Key": "1", "Authorization": f"Bearer {other}"})
    assert (answer.status_code, len(held(clicks))) == (200, 2)


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"headers": {"Authorization": ""}}, 401, "Send a token as"),
        ({"headers": {"Authorization": "Bearer mlr_x"}}, 401, "not known here"),
        ({"name": "orders"}, 403, "limited to other streams"),
        ({"name": "clicks-2"}, 404, "An operator can create it: .venv/bin/python manage.py streams create clicks-2"),
        ({"kind": "application/x-www-form-urlencoded"}, 415, "Send the Content-Type that the body has"),
        ({"headers": {"Content-Encoding": "br"}}, 415, "Content-Encoding may be gzip or zstd"),
        ({"headers": {"Content-Encoding": "gzip"}}, 400, "does not unpack as gzip"),
        ({"headers": {"Content-Encoding": "zstd"}}, 400, "does not unpack as zstd"),
        ({"headers": {"Idempotency-Key": "x" * 256}}, 400, "1 to 255 printable"),
        ({"headers": {"X-Partition-Key": "\xff"}}, 400, "not UTF-8"),
        ({"headers": {"X-Partition-Key": ""}}, 400, "1 to 256 characters"),
        ({"headers": {"X-Partition-Key": "x"}, "query": "?key=a"}, 400, "not both"),
        ({"query": "?key=a..b"}, 400, "names no field"),
        ({"kind": "text/plain", "query": "?key=a"}, 400, "have no fields"),
        ({"body": b" "}, 400, "The body is not JSON"),
        ({"body": b"7"}, 400, "neither a JSON object nor an array"),
        ({"body": b"[]"}, 400, "holds no record"),
        ({"body": b"[" * 100_000}, 400, "too many levels"),
        ({"body": b"x\n", "kind": NDJSON}, 400, "None of the records could be read"),
        ({"body": b"a,a\n1,2\n", "kind": "text/csv"}, 400, "names its columns: each once"),
        ({"body": b"a;b\n1;2,5\n3;4\n", "kind": "text/csv"}, 400, "commas part the columns"),
        ({"body": b"[" + b"1," * 1_000_001 + b"1]"}, 413, "array is too large"),
        ({"body": b"\n" * 200_001, "kind": NDJSON}, 413, "more than 100,000 records"),
        ({"body": b"x" * (10 << 20) + b"x"}, 413, "more than 10,485,760 bytes"),
        (
            {"body": b"n" * 256 + b"\n" + b"1\n" * 300_000, "kind": "text/csv"},
            413,
            "more than 100,000 records or 64 MiB",
        ),
    ],
)
def test_refused_request_is_answered_in_words(
    send: Send, clicks: EmbeddedStream, changes: dict[str, object], status: int, says: str
) -> None:
    answer = send(**{"body": b"{}"} | changes)
    assert (answer.status_code, says in answer.json()["error"]) == (status, True), answer.content[:300]
    assert held(clicks) == []


@pytest.mark.parametrize("pack", ["gzip", "zstd"])
def test_bomb_is_refused_before_it_fills_the_memory(send: Send, pack: str) -> None:
    zeros = b" " * (1 << 20)
    packer = zstandard.ZstdCompressor(level=1).compressobj() if pack == "zstd" else None
    if packer:
        body = b"".join(packer.compress(zeros) for _ in range(1000)) + packer.flush()
    else:
        body = gzip.compress(zeros * 100)
    answer = send(body, headers={"Content-Encoding": pack})
    assert answer.status_code == 413 and len(body) < 200_000
    assert send(gzip.compress(b" ") * 101, headers={"Content-Encoding": "gzip"}).status_code == 413


def test_stream_with_limits_answers_429_or_the_records_that_it_refused(
    send: Send, clicks: EmbeddedStream, settings: Settings
) -> None:
    settings.STREAM_URL += "?limits=kinesis"
    part = send(b"{}\n" * 1500, NDJSON)
    told = part.json()
    assert part.status_code == 200 and told["records"] >= 1000 and told["failed"] == 1500 - told["records"]
    assert told["outcomes"][-1] == {"error": "the stream took no more at the moment: send it again", "line": 1500}
    whole = send(b"{}\n" * 1000, NDJSON, headers={"Idempotency-Key": "a"})
    assert (whole.status_code, whole.headers["Retry-After"]) == (429, "1")
    for body in (b"{}\n" * 1001, b'"%s"\n' % (b"x" * 600_000) * 2):  # no second has room for them
        never = send(body, NDJSON, headers={"Idempotency-Key": "a"})
        assert (never.status_code, "in parts" in never.json()["error"]) == (413, True)
    assert len(held(clicks)) == told["records"]


def test_token_beyond_its_rate_is_told_when_to_come_again(
    send: Send, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(views, "rates", Rates(lambda: now[0]))
    settings.INGEST_RATE = 10
    assert send(b"{}\n" * 25, NDJSON).status_code == 200
    answer = send(b"{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    now[0] += 2.5
    assert send(b"{}").status_code == 200


def test_session_does_not_open_the_door(client: Client, writer: User, clicks: EmbeddedStream) -> None:
    client.force_login(writer)
    answer = client.post("/streams/clicks/records", b"{}", content_type="application/json")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Millrace"')
    assert held(clicks) == []


def test_token_without_the_scope_is_refused_with_an_event(send: Send, writer: User) -> None:
    reader = tokens.make(writer, "x", ["read:streams"], 1, timezone.now())[1]
    answer = send(b"{}", headers={"Authorization": f"Bearer {reader}"})
    assert answer.status_code == 403 and 'scope="write:streams"' in answer.headers["WWW-Authenticate"]
    assert not SecurityEvent.objects.filter(name="token.refused").exists()  # it is in the log alone


def test_wrong_tokens_of_a_neighbour_do_not_hold_up_a_valid_one(send: Send, clicks: EmbeddedStream) -> None:
    assert send(b"{}").status_code == 200
    wrong = [send(b"{}", headers={"Authorization": f"Bearer mlr_{'x' * 43}"}).status_code for _ in range(31)]
    assert wrong == [401] * 30 + [429]
    assert (send(b"{}").status_code, len(held(clicks))) == (200, 2)


def test_only_post_is_answered(client: Client, token: str, clicks: EmbeddedStream) -> None:
    answer = client.get("/streams/clicks/records", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_metrics_count_what_came_in_and_what_did_not(send: Send) -> None:
    counters.take()
    send(b"{}\nx\n{}\n", NDJSON)
    send(b"{}", "image/png")
    found = {name: value for name, value in counters.take().items() if "records_put" in name[0] or "door" in name[0]}
    assert found == {
        ("millrace_records_put", (("stream", "clicks"),)): 2,
        ("millrace_door_refusals", (("door", "http"), ("reason", "record"))): 1,
        ("millrace_door_refusals", (("door", "http"), ("reason", "type"))): 1,
    }


def test_full_server_asks_to_come_again_and_still_takes_small_requests(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PATIENCE", 0.0)
    monkeypatch.setattr(views, "_large", BoundedSemaphore(1))
    large = b"{}\n" * 30_000
    with views._large:
        answer = send(large, NDJSON)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert send(b"{}").status_code == 200
    assert send(large, NDJSON).json()["records"] == 30_000


def test_idempotency_key_on_kinesis_is_refused_because_nothing_keeps_receipts(send: Send, settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://us-east-1"
    answer = send(b"{}", headers={"Idempotency-Key": "a"})
    assert answer.status_code == 501 and "put records twice" in json.loads(answer.content)["error"]
