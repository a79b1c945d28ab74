"""The record inspector: who may look, what is found, and what a bad question is told."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains

from accounts.models import User
from streams.stream.embedded import EmbeddedStream

pytestmark = pytest.mark.django_db
PAGE = "/streams/trades/records/"


@pytest.fixture
def staff(client: Client, settings: Settings, tmp_path: Path) -> Client:
    """Before a stream of two shards that holds 300 trades and something that is no JSON."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades")
    stream.create(shards=2)
    stream.put([(["AMZN", "WMT"][number % 2], b'{"id": %d, "tradeType": "BUY"}' % number) for number in range(300)])
    stream.put([("AMZN", b"\xff\x00<script>")])
    stream.close()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def found(client: Client, query: str) -> tuple[int, int, bool]:
    """Rows shown, records looked at, and whether that was all."""
    answer = client.get(f"{PAGE}?{query}")
    shown = answer.context["found"]
    assert answer.content.count(b'data-testid="record-row"') == len(shown.rows)
    return len(shown.rows), shown.read, shown.whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (200, 200, False)),
        ("from=trim-horizon&key=WMT", (150, 301, True)),
        ("field=id&value=7", (1, 301, True)),
        ("field=tradeType&value=SELL", (0, 301, True)),
        ("key=AMZN&field=id&value=8", (1, 301, True)),
        ("from=2999-01-01", (0, 0, True)),
    ],
)
def test_records_are_picked_out(staff: Client, query: str, expected: tuple[int, int, bool]) -> None:
    assert found(staff, query) == expected


def test_bytes_that_are_no_json_are_shown_and_harmless(staff: Client) -> None:
    answer = staff.get(f"{PAGE}?key=AMZN&from=trim-horizon")
    assertContains(answer, "base64: /wA8c2NyaXB0Pg==")


def test_a_start_that_is_no_time_is_told_so(staff: Client) -> None:
    assertContains(staff.get(f"{PAGE}?from=noon"), "neither trim-horizon, latest nor a time", status_code=400)


def test_a_stream_that_is_not_there_is_told_so(staff: Client) -> None:
    assertContains(staff.get("/streams/weather/records/"), "There is no stream &#x27;weather&#x27;", status_code=400)


def test_only_staff_may_look(staff: Client) -> None:
    other = Client()
    other.force_login(User.objects.create_user("bob"))
    assert other.get(PAGE).status_code == 403
