import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import history
from accounts.client import SESSION_ID
from accounts.models import SecurityEvent, User
from tests.accounts.conftest import PASSWORD

HISTORY, SEEN, SUCCESS = "/accounts/history/", "/accounts/history/seen/", "/accounts/success/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def happened(user: User, name: str = "password.changed", **fields: object) -> SecurityEvent:
    fields = {"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "notice": True} | fields
    return user.security_events.create(name=name, **fields)


def unseen(user: User) -> list[str]:
    return list(user.security_events.filter(notice=True, seen_at=None).values_list("name", flat=True))


def test_history_shows_event_time_address_and_device(signed_in: Client, ada: User) -> None:
    happened(ada, "factor.added", address="192.0.2.1", device=FIREFOX, facts={"factor": "passkey", "label": "key ring"})
    page = signed_in.get(HISTORY)
    assertContains(page, "Second factor added")
    assertContains(page, "passkey, “key ring”")
    assertContains(page, '<time data-format="full" datetime="2026-01-02T03:04:05.000Z">2026-01-02 03:04:05</time>')
    assertContains(page, "192.0.2.1")
    assertContains(page, "Firefox on Linux")


def test_history_shows_the_method_of_each_sign_in(client: Client, ada: User) -> None:
    client.post("/accounts/sign-in/", {"login": "ada", "username": "ada", "password": PASSWORD})
    assertContains(client.get(HISTORY), "with password")


def test_history_of_other_users_is_not_shown(signed_in: Client) -> None:
    happened(User.objects.create_user("bob"), address="203.0.113.9")
    assertNotContains(signed_in.get(HISTORY), "203.0.113.9")


def test_history_is_paged_newest_first(
    signed_in: Client, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        happened(ada, "token.revoked", facts={"label": f"no. {number}"}, notice=False)
    with django_assert_max_num_queries(9):
        first = signed_in.get(HISTORY)
    assertContains(first, 'data-testid="event-row"', 50)
    assertContains(first, "no. 59")
    assertContains(signed_in.get(HISTORY, {"page": "2"}), "no. 0”")


@pytest.mark.parametrize("page", ["0", "-1", "9" * 5000, "x", ""])
def test_history_answers_any_page_number(signed_in: Client, page: str) -> None:
    assert signed_in.get(HISTORY, {"page": page}).status_code == 200


def test_history_shows_events_removed_from_the_catalogue(signed_in: Client, ada: User) -> None:
    happened(ada, "word.of.before", facts={"odd": 1}, notice=False)
    assertContains(signed_in.get(HISTORY), "word.of.before")


def test_browser_name_is_escaped_in_the_history(signed_in: Client, ada: User) -> None:
    happened(ada, "token.made", device="<script>alert(1)</script>", facts={"label": "<script>alert(2)</script>"})
    assertNotContains(signed_in.get(HISTORY), "<script>alert")


@pytest.mark.parametrize("page", [HISTORY, SUCCESS])
def test_notice_is_shown_on_account_pages_until_acknowledged(signed_in: Client, ada: User, page: str) -> None:
    event = happened(ada, address="192.0.2.1")
    assertContains(signed_in.get(page), "Since you last looked")
    assertRedirects(signed_in.post(SEEN, {"up_to": event.pk, "next": page}), page)
    assertNotContains(signed_in.get(page), "Since you last looked")


def test_notices_are_counted_when_there_are_many(signed_in: Client, ada: User) -> None:
    for _ in range(7):
        happened(ada)
    assertContains(signed_in.get(SUCCESS), "And 4 more in your")


def test_notice_newer_than_the_page_stays_unacknowledged(signed_in: Client, ada: User) -> None:
    shown = happened(ada)
    happened(ada, "device.new")
    signed_in.post(SEEN, {"up_to": shown.pk})
    assert unseen(ada) == ["device.new"]


def test_notice_is_hidden_from_the_session_that_caused_it(signed_in: Client, ada: User) -> None:
    own, other = uuid.uuid4(), uuid.uuid4()
    session = signed_in.session
    session[SESSION_ID] = str(own)
    session.save()
    happened(ada, "device.new", session=own)
    assertNotContains(signed_in.get(SUCCESS), "Since you last looked")
    signed_in.post(SEEN, {"up_to": happened(ada, "device.new", session=other).pk})
    assert list(history.unacknowledged(ada).values_list("session", flat=True)) == [own]


def test_notices_of_other_users_cannot_be_acknowledged(signed_in: Client) -> None:
    bob = User.objects.create_user("bob")
    signed_in.post(SEEN, {"up_to": happened(bob).pk})
    assert unseen(bob) == ["password.changed"]


@pytest.mark.parametrize("up_to", ["", "x", "-1", "\x00", "²", "9" * 19, "9" * 1_000_000])
def test_invalid_number_acknowledges_no_notice(signed_in: Client, ada: User, up_to: str) -> None:
    happened(ada)
    assertRedirects(signed_in.post(SEEN, {"up_to": up_to}), HISTORY)
    assert unseen(ada) == ["password.changed"]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil", ""])
def test_acknowledging_a_notice_redirects_to_our_pages_only(signed_in: Client, target: str) -> None:
    assert signed_in.post(SEEN, {"up_to": "1", "next": target}).headers["Location"] == HISTORY


def test_acknowledging_a_notice_accepts_a_relative_next(signed_in: Client) -> None:
    assert signed_in.post(SEEN, {"up_to": "1", "next": "word"}).headers["Location"] == "word"


def test_get_request_acknowledges_no_notice(signed_in: Client, ada: User) -> None:
    happened(ada)
    assert signed_in.get(SEEN).status_code == 405
    signed_in.get(HISTORY)
    assert unseen(ada) == ["password.changed"]


@pytest.mark.parametrize(
    ("reason", "shown"), [("staff", "by bob, 2 in all"), ("deactivated", "by bob, 2 in all, deactivated")]
)
def test_history_names_the_member_of_staff_instead_of_the_reason_staff(ada: User, reason: str, shown: str) -> None:
    event = happened(ada, "session.ended", facts={"reason": reason, "count": 2, "by": "bob"})
    assert history.line(event).details == shown
