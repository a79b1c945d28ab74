"""Tests the record inspector: its permission, its results, and its answers to invalid filters."""

import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import clock

pytestmark = pytest.mark.django_db
PAGE = "/streams/trades/records/"
NEW = "/streams/trades/records.json"


@pytest.fixture
def stream(settings: Settings, tmp_path: Path) -> EmbeddedStream:
    """A stream of two shards that holds 300 trades and something that is no JSON."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades")
    stream.create(shards=2)
    stream.put([(["AMZN", "WMT"][number % 2], b'{"id": %d, "tradeType": "BUY"}' % number) for number in range(300)])
    stream.put([("AMZN", b"\xff\x00<script>")])
    return stream


@pytest.fixture
def staff(client: Client, stream: EmbeddedStream) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def look(client: Client, query: str = "") -> Any:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.content.count(b'data-testid="record-row"') == len(answer.context["rows"]) + 1  # the script's template
    return answer


@pytest.mark.parametrize(
    ("query", "rows", "read", "whole"),
    [
        ("", 50, 50, False),
        ("from=trim-horizon&key=WMT", 50, 200, False),
        ("field=id&value=7", 1, 301, True),
        ("field=tradeType&value=SELL", 0, 301, True),
        ("key=AMZN&field=id&value=8", 1, 301, True),
        ("field=id&op=>%3D&value=290", 10, 301, True),
        ("op=contains&value=script", 1, 301, True),
        ("from=2999-01-01", 0, 0, True),
        ("from=10+minutes+ago", 50, 50, False),
    ],
)
def test_records_are_filtered(staff: Client, query: str, rows: int, read: int, whole: bool) -> None:
    answer = look(staff, query)
    found = answer.context["found"]
    assert (len(answer.context["rows"]), found.read, found.whole) == (rows, read, whole)


def test_the_newest_come_first_and_the_pages_turn(staff: Client) -> None:
    seen: list[str] = []
    query: str | None = ""
    while query is not None:
        answer = look(staff, query)
        seen += [row["line"] for row in answer.context["rows"]]
        query = answer.context["older"].removeprefix("?") or None
    assert len(seen) == len(set(seen)) == 301
    assert seen[0] == "\\xff\\u0000<script>"


def test_newer_link_of_an_older_page_is_the_page_before(staff: Client) -> None:
    first = look(staff)
    second = look(staff, first.context["older"].removeprefix("?"))
    again = look(staff, second.context["newer"].removeprefix("?"))
    assert [row["line"] for row in again.context["rows"]] == [row["line"] for row in first.context["rows"]]


def test_a_time_is_read_in_the_zone_in_which_it_is_shown(staff: Client, stream: EmbeddedStream) -> None:
    arrived = look(staff).context["rows"][0]["arrived"]
    here = arrived.astimezone(ZoneInfo("Asia/Tokyo"))
    text = f"{here:%Y-%m-%d %H:%M:%S}"
    assert len(look(staff, f"from={text}&zone=Asia/Tokyo").context["rows"]) > 0
    assert look(staff, f"from={text}").context["rows"] == []


@pytest.mark.parametrize(
    "data", [b'{"note":"caf\xe9"}', b"[" * 954 + b"]" * 954, b"[" * 400_000, b"[1e999]", b"\x1b[2J"]
)
def test_a_record_of_any_bytes_is_shown_beside_the_others(staff: Client, stream: EmbeddedStream, data: bytes) -> None:
    stream.put([("evil", data)])
    answer = look(staff)
    assert (answer.status_code, len(answer.context["rows"])) == (200, 50)
    assert staff.get(answer.context["rows"][0]["address"]).status_code == 200


def test_bytes_that_are_no_text_are_shown_and_harmless(staff: Client) -> None:
    assertContains(look(staff), r"\xff\u0000&lt;script&gt;")


def test_unknown_field_is_reported_with_the_known_ones(staff: Client) -> None:
    answer = look(staff, "field=temprature&op=>&value=80")
    assertContains(
        answer, "No record here has a field <strong>temprature</strong>; fields seen: id (number), tradeType"
    )
    assertContains(answer, '<option value="tradeType">text</option>', html=True)


def test_value_of_another_type_is_reported(staff: Client) -> None:
    assertContains(look(staff, "field=tradeType&value=7"), "tradeType holds text here, and 7 is of another kind")


def test_one_record_has_an_address_and_its_bytes(staff: Client) -> None:
    address = look(staff, "field=id&value=7").context["rows"][0]["address"]
    assert re.fullmatch(r"/streams/trades/records/shardId-00000000000\d/\d+/", address)
    assertContains(staff.get(address), "&quot;tradeType&quot;: &quot;BUY&quot;")
    file = staff.get(f"{address}bytes")
    assert (file.content, file["Content-Type"]) == (b'{"id": 7, "tradeType": "BUY"}', "application/octet-stream")


@pytest.mark.parametrize("place", ["shardId-000000000000/0", "shardId-000000000000/1", "s/1", f"s/{'9' * 40}"])
@pytest.mark.parametrize("end", ["/", "/bytes"])
def test_missing_record_is_not_found(staff: Client, place: str, end: str) -> None:
    assert staff.get(f"{PAGE}{place}{end}").status_code == 404


def test_following_page_gets_each_new_record(staff: Client, stream: EmbeddedStream) -> None:
    since = look(staff).context["since"]
    stream.put([("AMZN", b'{"id": 1000}'), ("WMT", b'{"id": 1001}')])
    answer = staff.get(NEW, {"since": since}).json()
    assert ([json.loads(row["line"])["id"] for row in answer["rows"]], answer["whole"]) == ([1001, 1000], True)
    assert staff.get(NEW, {"since": answer["since"]}).json() == answer | {"rows": []}
    stream.put([("AMZN", b"{}")] * 60)
    many = staff.get(NEW, {"since": answer["since"]}).json()
    assert (len(many["rows"]), many["whole"]) == (50, False)


def test_following_page_of_an_empty_stream_gets_its_first_record(staff: Client, stream: EmbeddedStream) -> None:
    stream.delete()
    stream.create(1)
    page = look(staff)
    assertContains(page, "No record is there.")
    stream.put([("AMZN", b"first")])
    assert [row["line"] for row in staff.get(NEW, {"since": page.context["since"]}).json()["rows"]] == ["first"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=noon", "neither trim-horizon, latest, a time such as"),
        ("from=2026-01-01&zone=Mars/Olympus", "The time zone &#x27;Mars/Olympus&#x27; is not known here"),
        ("from=2026-01-01&zone=../../etc/passwd", "is not known here"),
        ("before=x", "&#x27;x&#x27; is no place in a stream"),
        ("field=a&op=~&value=1", "is no operator"),
        ("value=1", "Name the field, or choose contains"),
    ],
)
def test_invalid_filter_is_refused_with_a_reason(staff: Client, query: str, sentence: str) -> None:
    assertContains(staff.get(f"{PAGE}?{query}"), sentence, status_code=400)


def test_missing_stream_is_reported(staff: Client) -> None:
    assertContains(staff.get("/streams/weather/records/"), "There is no stream &#x27;weather&#x27;", status_code=400)
    assert staff.get("/streams/weather/records/s/1/").status_code == 404
    assert "There is no stream" in staff.get("/streams/weather/records.json?since=0-0").json()["error"]


def test_inspector_is_for_staff_only(staff: Client) -> None:
    other = Client()
    assert other.get(NEW).status_code == 401
    other.force_login(User.objects.create_user("bob"))
    addresses = [PAGE, NEW, f"{PAGE}s/1/", f"{PAGE}s/1/bytes"]
    assert [other.get(address).status_code for address in addresses] == [403] * 4


def test_following_is_only_offered_at_the_tip(staff: Client) -> None:
    assertContains(look(staff), "data-follow aria-pressed")
    assertNotContains(look(staff, f"from={clock.to_iso(0)}"), "data-follow aria-pressed")
