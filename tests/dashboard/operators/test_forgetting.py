"""A reader that ended for good: the Streams page says so calmly, and staff can have it forgotten."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from applications.market.models import TradeMinute
from dashboard.operators.state import streams
from streams.backends.embedded.stream import EmbeddedStream
from streams.coordination import process_identity
from streams.core.records import StreamError
from streams.models import Audit, Lease, Member
from streams.operations import retention
from tests.dashboard.rows import at, lease, trades

pytestmark = pytest.mark.django_db
FORGET = "/streams/forget/?application=trades&stream=sensors"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


@pytest.fixture
def sensors(settings: Settings, tmp_path: Path) -> Iterator[EmbeddedStream]:
    """A stream of two records, both read by `trades`."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "sensors")
    stream.create()
    stream.put([("k", b"1"), ("k", b"2")])
    lease("trades", at(), shard="shardId-000000000000", stream="sensors", checkpoint="at-timestamp:9999999999999")
    yield stream
    stream.close()


def member(seconds: float, owner: str = "somebody/else/1/2") -> None:
    expires = timezone.now() + timedelta(seconds=seconds)
    Member.objects.create(application="trades", stream="sensors", owner=owner, expires=expires)


def test_forget_removes_the_reader_and_leaves_results_and_an_audit() -> None:
    lease("trades", at(), stream="sensors")
    lease("trades", at())
    member(-60)
    trades(at(), "AMZN", "BUY", 1, stream="sensors")
    assert retention.forget_reader("trades", "sensors", "ada") == 1
    assert (list(Lease.objects.values_list("stream", flat=True)), Member.objects.count()) == (["trades"], 0)
    assert (TradeMinute.objects.count(), list(Audit.objects.values_list("who", "action", "target", "count"))) == (
        1,
        [("ada", "forget", "trades on sensors", 1)],
    )


def test_forget_is_refused_while_a_worker_lives() -> None:
    lease("trades", at(), stream="sensors")
    member(5, process_identity.current())
    with pytest.raises(StreamError, match=r"A worker of trades still reads sensors\."):
        retention.forget_reader("trades", "sensors", "ada")
    assert (Lease.objects.count(), Audit.objects.count()) == (1, 0)


@pytest.mark.parametrize(("typed", "status", "left"), [("sensor", 422, 1), ("sensors", 302, 0)])
def test_forget_page_requires_the_name_of_the_stream(staff: Client, typed: str, status: int, left: int) -> None:
    lease("trades", at(), stream="sensors")
    assertContains(staff.get(FORGET), "Forget trades on sensors?")
    assert (staff.post(FORGET, {"name": typed}).status_code, Lease.objects.count()) == (status, left)


@pytest.mark.parametrize(("is_staff", "address", "status"), [(False, FORGET, 403), (True, "/streams/forget/", 404)])
def test_forget_is_for_staff_and_existing_readers_only(
    client: Client, is_staff: bool, address: str, status: int
) -> None:
    lease("trades", at(), stream="sensors")
    client.force_login(User.objects.create_user("bob", is_staff=is_staff))
    assert client.get(address).status_code == status


def test_forget_command_requires_confirmation(capsys: pytest.CaptureFixture[str]) -> None:
    lease("trades", at(), stream="sensors")
    with pytest.raises(SystemExit) as refused:
        call_command("leases", "forget", "trades", "--stream", "sensors")
    assert (refused.value.code, Lease.objects.count()) == (2, 1)
    call_command("leases", "forget", "trades", "--stream", "sensors", "--yes")
    assert capsys.readouterr().out == "Forgot 1 lease of trades on sensors.\n"
    assert Lease.objects.count() == 0


def test_page_asks_for_no_worker_when_no_records_wait(staff: Client, sensors: EmbeddedStream) -> None:
    page = staff.get("/streams/sensors/")
    [row] = staff.get("/streams/state.json").json()["streams"]
    assert (row["lag"], row["lag_records"], row["unattended"], row["shards"][0]["lag"]) == (0.0, 0, False, 0.0)
    assertContains(page, "nothing waits")
    assertNotContains(page, 'no worker reads it.</strong>\n  <span data-f="waits">2')


def test_page_names_streams_that_wait_without_a_worker_at_the_top(staff: Client, sensors: EmbeddedStream) -> None:
    Lease.objects.update(checkpoint="trim-horizon")
    assertContains(staff.get("/streams/"), "trades on sensors: no worker reads it.")
    assertContains(staff.get("/streams/"), "2 records wait.")
    member(5, process_identity.current())
    assertNotContains(staff.get("/streams/"), "trades on sensors: no worker reads it.")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a b;$(id)", "--stream 'a b;$(id)'"), ("-x", "--stream=-x"), ("it's", """--stream 'it'"'"'s'""")],
)
def test_page_and_state_quote_the_stream_in_the_command_that_starts_a_worker(
    staff: Client, name: str, shown: str
) -> None:
    lease("trades", at(), stream=name)
    command = f".venv/bin/python manage.py consume trades {shown}"
    assertContains(staff.get("/streams/"), f'<code data-f="command">{command}</code>', html=True)
    assert [row["consume"] for row in staff.get("/streams/state.json").json()["streams"]] == [command]


def test_every_stream_of_the_service_is_on_the_page(staff: Client, sensors: EmbeddedStream) -> None:
    Lease.objects.all().delete()
    assert staff.get("/streams/state.json").json()["unread"] == [
        {"stream": "sensors", "records_url": "/streams/sensors/records/", "records": 2}
    ]
    assertContains(staff.get("/streams/"), 'href="/streams/sensors/"')
    assertContains(staff.get("/streams/sensors/"), 'href="/streams/sensors/records/"')


def test_unread_streams_on_the_page_are_bounded() -> None:
    def count(name: str, checkpoints: Any) -> tuple[dict[str, int], str]:
        return {}, "Amazon Kinesis does not tell."

    found = streams(at(), count, lambda: [f"s{number}" for number in range(500)])["unread"]
    assert (len(found), found[0]) == (50, {"stream": "s0", "records_url": "/streams/s0/records/", "records": None})
