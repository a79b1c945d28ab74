from datetime import UTC, datetime

from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import SecurityEvent, User
from accounts.sign_in_events import SIGN_IN
from tests.accounts.conftest import PASSWORD

SUCCESS = "/accounts/success/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def sign_in(client: Client, address: str = "127.0.0.1", agent: str = FIREFOX) -> SecurityEvent:
    client.post(
        "/accounts/sign-in/",
        {"username": "ada", "password": PASSWORD},
        REMOTE_ADDR=address,
        headers={"user-agent": agent},
    )
    return SecurityEvent.objects.latest("pk")


def test_sign_in_is_recorded(client: Client, ada: User) -> None:
    row = sign_in(client, "2001:db8::7")
    assert (row.user, row.address, row.device) == (ada, "2001:db8::7", FIREFOX)


def test_success_page_says_so_at_the_first_sign_in(client: Client, ada: User) -> None:
    sign_in(client)
    assertContains(client.get(SUCCESS), "This is your first sign-in.")


def test_success_page_shows_the_previous_sign_in(client: Client, ada: User) -> None:
    ada.security_events.create(
        name=SIGN_IN, at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), address="192.0.2.1", device=FIREFOX
    )
    sign_in(client, "192.0.2.2", "curl/8")
    page = client.get(SUCCESS)
    assertContains(page, '<time datetime="2026-01-02T03:04:00+00:00">2 Jan 2026, 03:04 UTC</time>', html=True)
    assertContains(page, "from 192.0.2.1 with Firefox on Linux")
    assertNotContains(page, "from 192.0.2.2 with curl.")


def test_success_page_is_unchanged_by_a_later_sign_in_elsewhere(client: Client, ada: User) -> None:
    sign_in(client)
    sign_in(Client())
    assertContains(client.get(SUCCESS), "This is your first sign-in.")


def test_success_page_shows_no_sign_ins_of_others(client: Client, ada: User) -> None:
    User.objects.create_user("bob").security_events.create(name=SIGN_IN, at=datetime(2026, 1, 2, tzinfo=UTC))
    sign_in(client)
    assertContains(client.get(SUCCESS), "This is your first sign-in.")


def test_success_page_shows_name_session_end_and_links(client: Client, ada: User) -> None:
    sign_in(client)
    page = client.get(SUCCESS)
    end = ada.sessions.get().ends
    assertContains(page, "ada")
    assertContains(page, f'<time datetime="{end.isoformat()}">{end:%-d %b %Y, %H:%M} UTC</time>', html=True)
    assertContains(page, "in 11 h 59 min")
    for place in ('href="/market/"', 'href="/orders/"', 'method="post" action="/accounts/sign-out/"'):
        assertContains(page, place)


def test_browser_name_is_escaped_on_the_success_page(client: Client, ada: User) -> None:
    sign_in(client, agent="<script>alert(1)</script>")
    client.post("/accounts/sign-out/")
    sign_in(client)
    assertNotContains(client.get(SUCCESS), "alert(1)")
