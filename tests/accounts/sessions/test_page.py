from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import SecurityEvent, Session, User
from accounts.sessions.engine import SessionStore
from tests.accounts.conftest import session_of

PAGE, END_OTHERS = "/accounts/sessions/", "/accounts/sessions/end/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def end(session: object) -> str:
    return f"/accounts/sessions/{session}/end/"


@pytest.fixture
def elsewhere(ada: User) -> Client:
    """Ada's browser on another machine."""
    browser = Client()
    browser.force_login(ada)
    Session.objects.filter(pk=session_of(browser)).update(address="203.0.113.7", device=FIREFOX)
    return browser


def test_session_page_lists_own_sessions_current_first(signed_in: Client, elsewhere: Client) -> None:
    other = Client()
    other.force_login(User.objects.create_user("bob"))
    page = signed_in.get(PAGE)
    assertContains(page, 'data-testid="session"', 2)
    for words in ("This one", "1 other", "Firefox on Linux", "203.0.113.7, last seen", "for 30 min"):
        assertContains(page, words)
    text = page.content.decode()
    assert text.index("This one") < text.index("Firefox on Linux")


def test_session_page_holds_no_key(signed_in: Client, elsewhere: Client) -> None:
    page = signed_in.get(PAGE).content.decode()
    for browser in (signed_in, elsewhere):
        key = browser.session.session_key
        assert key and key not in page
    assert not any(row.key_hash in page for row in Session.objects.all())


def test_session_page_says_so_when_it_is_the_only_session(signed_in: Client) -> None:
    assertContains(signed_in.get(PAGE), "You are signed in nowhere else. You may be in 10 places at a time")


def test_session_page_ends_one_own_session(confirmed: Client, elsewhere: Client) -> None:
    answer = confirmed.post(end(session_of(elsewhere)), follow=True)
    assertRedirects(answer, PAGE)
    assertContains(answer, "The session with Firefox on Linux has ended.")
    assert elsewhere.get("/market/").status_code == 302
    assert SecurityEvent.objects.get(name="session.ended").facts == {"reason": "owner", "count": 1}


def test_session_page_ends_all_other_sessions(confirmed: Client, elsewhere: Client, ada: User) -> None:
    Client().force_login(ada)
    assertContains(confirmed.post(END_OTHERS, follow=True), "2 other sessions have ended.")
    assertContains(confirmed.post(END_OTHERS, follow=True), "You had no other session.")
    assert [row.pk for row in Session.objects.all()] == [session_of(confirmed)]


def test_ending_a_session_requires_a_fresh_proof(signed_in: Client, elsewhere: Client) -> None:
    for address in (end(session_of(elsewhere)), END_OTHERS):
        answer = signed_in.post(address)
        assert answer.headers["Location"].startswith("/accounts/confirm/?next=")
    assert Session.objects.count() == 2


def test_ending_a_foreign_or_unknown_session_changes_nothing(confirmed: Client) -> None:
    other = Client()
    other.force_login(User.objects.create_user("bob"))
    for session in (session_of(other), session_of(confirmed), uuid4()):
        assertContains(confirmed.post(end(session), follow=True), "That session had ended already.")
    assert Session.objects.count() == 2


@pytest.mark.parametrize("session", ["1", "x" * 36, "%00", "00000000-0000-0000-0000-00000000000g"])
def test_malformed_session_id_is_not_found(confirmed: Client, session: str) -> None:
    assert confirmed.post(end(session)).status_code in (400, 404)


def test_get_request_ends_no_session(confirmed: Client, elsewhere: Client) -> None:
    for address in (end(session_of(elsewhere)), END_OTHERS):
        assert confirmed.get(address).status_code == 405
    assert SessionStore().exists(elsewhere.session.session_key or "")


def test_ended_sessions_are_not_listed(signed_in: Client, elsewhere: Client, ada: User) -> None:
    Session.objects.filter(pk=session_of(elsewhere)).update(auth_hash="of an older password")
    assertNotContains(signed_in.get(PAGE), "Firefox on Linux")


def test_browser_name_is_escaped_on_the_session_page(signed_in: Client, elsewhere: Client) -> None:
    Session.objects.update(device="<script>alert(1)</script>")
    assertNotContains(signed_in.get(PAGE), "<script>alert")
