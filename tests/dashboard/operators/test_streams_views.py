"""Tests the operators' pages: their permissions and their buttons."""

import tracemalloc
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from streams.backends.embedded.stream import EmbeddedStream
from streams.models import Audit, DeadLetter
from tests.dashboard.rows import at, lease
from tests.streams.operations.test_deadletters import audits, letter, statuses

pytestmark = pytest.mark.django_db
LETTERS = "/streams/dead-letters/"
MIB = 1 << 20


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


@pytest.fixture
def other() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("bob"))
    return client


@pytest.mark.parametrize("page", ["", "dead-letters/", "dead-letters/1/", "dead-letters/1/bytes"])
def test_streams_page_is_for_staff_only(page: str, client: Client, other: Client) -> None:
    letter(1)
    address = f"/streams/{page}"
    assertRedirects(client.get(address), f"/accounts/sign-in/?next={address}", fetch_redirect_response=False)
    assert other.get(address).status_code == 403
    assertNotContains(other.get("/market/"), 'href="/streams/"')


def test_state_is_refused_as_json_for_scripts(client: Client, other: Client) -> None:
    for who, status, words in ((client, 401, "signed out"), (other, 403, "Only staff may see the streams.")):
        answer = who.get("/streams/state.json")
        assert (answer.status_code, answer.json()) == (status, {"error": words})


@pytest.mark.parametrize("address", ["1/discard/", "all/discard/trades/", "1/replay/", "all/replay/trades/"])
def test_actions_are_for_staff_only(address: str, other: Client) -> None:
    number = letter(1)
    answer = other.post(f"{LETTERS}{address}".replace("/1/", f"/{number}/"), {"name": "trades", "up_to": number})
    assert (answer.status_code, statuses(), Audit.objects.count()) == (403, ["kept"], 0)


def test_the_page_and_its_state_agree(staff: Client) -> None:
    lease("trades", watermark=at(), newest=at())
    assertContains(staff.get("/streams/trades/"), 'aria-label="trades on trades"')
    [stream] = staff.get("/streams/state.json").json()["streams"]
    assert (stream["application"], stream["shards"][0]["shard"]) == ("trades", "s0")


def test_state_cost_does_not_grow_with_the_shards(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get("/streams/state.json")
        return len(captured)

    lease("trades", watermark=at())
    before = queries()
    for number in range(20):
        lease("trades", watermark=at(), shard=f"t{number}")
    assert queries() == before


def test_waiting_records_are_shown_without_a_worker(staff: Client, settings: Settings, tmp_path: Path) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades")
    stream.create()
    stream.put([("AMZN", b"{}")] * 1234)
    lease("trades", watermark=at(), shard="shardId-000000000000", checkpoint="trim-horizon")
    assertContains(staff.get("/streams/"), "1,234 records", count=1)
    assertContains(staff.get("/streams/trades/"), "1,234 records", count=3)
    [found] = staff.get("/streams/state.json").json()["streams"]
    assert (found["lag_records"], found["shards"][0]["lag_records"]) == (1234, 1234)


def test_page_says_that_kinesis_counts_no_waiting_records(staff: Client, settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1"
    lease("trades", watermark=at())
    page = staff.get("/streams/trades/")
    assertContains(page, "Amazon Kinesis does not tell how many records wait, only for how long.")
    assert [reader["lag_records"] for reader in page.context["state"]["readers"]] == [None]


def test_page_without_streams_says_how_to_begin(staff: Client) -> None:
    assertContains(staff.get("/streams/"), ".venv/bin/python manage.py consume trades")


def test_the_page_is_live_from_the_start(staff: Client) -> None:
    assertContains(
        staff.get("/streams/"), '<live-status data-state="live" data-testid="live-status">Live</live-status>'
    )


def test_letters_are_listed_newest_first_fifty_a_page(staff: Client) -> None:
    numbers = [letter(sequence) for sequence in range(51)]
    page = staff.get(LETTERS, {"application": "trades", "status": "kept"})
    assert [found.pk for found in page.context["page"]] == numbers[:0:-1]
    assertContains(page, "?application=trades&amp;status=kept&amp;page=2")
    assertContains(staff.get(LETTERS, {"page": "2"}), f'href="{LETTERS}{numbers[0]}/"')


def test_letters_are_filtered_by_application_and_status(staff: Client) -> None:
    letter(1)
    letter(2, "discarded")
    wanted = letter(3, "discarded", "orders")
    page = staff.get(LETTERS, {"application": "orders", "status": "discarded"})
    assert [found.pk for found in page.context["page"]] == [wanted]
    assertContains(staff.get(LETTERS, {"application": "nobody"}), "No dead letter of nobody so far.")


def test_a_record_is_shown_escaped_and_can_be_kept(staff: Client) -> None:
    number = letter(1, data=b"<script>alert(1)</script>")
    page = staff.get(f"{LETTERS}{number}/")
    assertContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertNotContains(page, "<script>alert")
    file = staff.get(f"{LETTERS}{number}/bytes")
    assert (file.content, file["Content-Type"]) == (b"<script>alert(1)</script>", "application/octet-stream")
    assert file["Content-Disposition"] == f'attachment; filename="dead-letter-{number}.bin"'


@pytest.mark.parametrize("number", ["7", "9" * 30])
def test_missing_letter_is_not_found(number: str, staff: Client) -> None:
    assert staff.get(f"{LETTERS}{number}/").status_code == 404
    assert staff.post(f"{LETTERS}{number}/replay/").status_code == 404


def test_letter_is_replayed_and_its_button_is_gone(staff: Client) -> None:
    number = letter(1)
    page = staff.post(f"{LETTERS}{number}/replay/", follow=True)
    assertContains(page, "1 record will be put before the worker again, as if it arrived now.")
    assertNotContains(page, f"{number}/replay/")
    assert (statuses(), audits()) == (["replay"], [("ada", "replay", f"trades: {number}", 1)])


def test_second_action_on_a_letter_reports_no_change(staff: Client) -> None:
    number = letter(1, "applied")
    assertContains(staff.post(f"{LETTERS}{number}/discard/", follow=True), "Nothing was changed")
    assert (statuses(), audits()) == (["applied"], [])


def test_letters_are_all_discarded_after_the_name_is_typed(staff: Client) -> None:
    newest = [letter(1), letter(2, "replay"), letter(3, application="orders"), letter(4)][-1]
    address = f"{LETTERS}all/discard/trades/"
    assertContains(staff.get(address), "3 records will never be applied; the bytes stay here to be looked at.")
    refused = staff.post(address, {"name": "orders", "up_to": newest})
    assertContains(refused, "Type trades to go on; nothing was changed.", status_code=422)
    letter(5)
    assertRedirects(staff.post(address, {"name": "trades", "up_to": newest}), f"{LETTERS}?application=trades")
    assert statuses() == ["discarded", "discarded", "kept", "discarded", "kept"]
    assert audits() == [("ada", "discard", "trades: all", 3)]


@pytest.mark.parametrize("up_to", ["", "-1", "many", "9" * 30])
def test_forged_form_changes_nothing(up_to: str, staff: Client) -> None:
    letter(1)
    answer = staff.post(f"{LETTERS}all/discard/trades/", {"name": "trades", "up_to": up_to})
    assert (answer.status_code, statuses()) == (422, ["kept"])


def test_an_unknown_application_or_verb_is_not_found(staff: Client) -> None:
    letter(1)
    for address in ("all/discard/nobody/", "all/burn/trades/", f"{DeadLetter.objects.get().pk}/burn/"):
        assert staff.post(f"{LETTERS}{address}").status_code == 404


def test_forms_without_a_token_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("ada", is_staff=True))
    assert client.post(f"{LETTERS}{letter(1)}/discard/").status_code == 403
    assert statuses() == ["kept"]


@pytest.mark.parametrize("data", [b"[" * 900 + b"1," * 500_000 + b"1" + b"]" * 900, b"[" * MIB, b'{"note":"caf\xe9"}'])
def test_a_letter_of_any_bytes_is_shown_in_little_memory(data: bytes, staff: Client) -> None:
    number = letter(1, data=data)
    staff.get(f"{LETTERS}{number}/")  # what is imported and kept is not of this look
    tracemalloc.start()
    page = staff.get(f"{LETTERS}{number}/")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (page.status_code, peak < 16 * MIB, len(page.content) < MIB) == (200, True, True)


def sensors() -> list[int]:
    """Two letters of trades on sensors with one error, one on trades, one of orders; their numbers."""
    numbers = [letter(1), letter(2), letter(3), letter(4, application="orders")]
    DeadLetter.objects.filter(pk__in=numbers[:2]).update(stream="sensors", kind="byte N", error="byte 7")
    return numbers


def test_letters_are_grouped_by_error_and_a_group_leads_to_its_letters(staff: Client) -> None:
    numbers = sensors()
    page = staff.get(LETTERS)
    groups = [(group.application, group.stream, group.kind, group.letters) for group, _ in page.context["groups"]]
    assert groups[0] == ("trades", "sensors", "byte N", 2)
    assertContains(page, '<a href="?application=trades&amp;stream=sensors&amp;group=byte+N">byte N</a>')
    shown = staff.get(LETTERS, {"application": "trades", "stream": "sensors", "group": "byte N"}).context["page"]
    assert [found.pk for found in shown] == numbers[1::-1]


def test_buttons_act_on_the_listed_letters_only(staff: Client) -> None:
    newest = sensors()[-1]
    seen = {"application": "trades", "stream": "sensors", "status": "kept", "group": "byte N"}
    link = f"{LETTERS}all/discard/trades/?stream=sensors&amp;status=kept&amp;group=byte+N"
    assertContains(staff.get(LETTERS, seen), f'class="button danger" href="{link}">Discard 2<')
    address = f"{LETTERS}all/discard/trades/?stream=sensors&status=kept&group=byte+N"
    assertContains(staff.get(address), "Only those on sensors in status kept with the error “byte N”")
    answer = staff.post(address, {"name": "trades", "up_to": newest})
    assertRedirects(answer, f"{LETTERS}?application=trades&stream=sensors&status=kept&group=byte+N")
    assert statuses() == ["discarded", "discarded", "kept", "kept"]
    assert audits() == [("ada", "discard", "trades on sensors in status kept with error “byte N”: all", 2)]


def test_letters_cannot_be_discarded_at_once_without_an_application(staff: Client) -> None:
    sensors()
    assertContains(staff.get(LETTERS), "Choose an application to replay or discard.")
    assertNotContains(staff.get(LETTERS), "/all/discard/")


def test_card_of_a_stream_links_to_its_own_letters(staff: Client) -> None:
    lease("trades", watermark=at())
    assertContains(staff.get("/streams/trades/"), f"{LETTERS}?application=trades&amp;stream=trades&amp;status=kept")


def test_the_streams_and_kinds_of_letters_cost_no_more_queries(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(LETTERS)
        return len(captured)

    letter(0)
    before = queries()
    for number in range(1, 30):
        letter(number)
        DeadLetter.objects.filter(sequence=str(number)).update(kind=f"kind {number}")
    assert queries() == before
