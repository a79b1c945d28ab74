"""Tests the addresses that scripts read with a token."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from accounts import bearer, events, tokens
from accounts.models import ApiToken, SecurityEvent, Session, User
from login.asgi import application
from tests.sockets import Socket

ADDRESSES = ["/market/minutes.csv", "/orders/alarms.csv", "/live/market.json", "/streams/state.json"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_wrong_tokens_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "failed_tokens", bearer.FailedTokenLimiter())


@pytest.fixture
def grace() -> User:
    return User.objects.create_user("grace", is_staff=True)


@pytest.fixture
def text(grace: User) -> str:
    return tokens.make(grace, "report", ["read:dashboards"], 90, timezone.now())[1]


def get(address: str, text: str, **more: Any) -> Any:
    return Client().get(address, headers={"authorization": f"Bearer {text}"}, **more)


def refused(answer: Any) -> tuple[int, str, str]:
    """Returns the status of a response, its error by RFC 6750, and its sentence."""
    assert answer.headers["Cache-Control"] == "no-store" and not answer.cookies
    error = answer.headers["WWW-Authenticate"].partition("error=")[2].split('"')[1]
    return answer.status_code, error, answer.json()["error"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_token_reads_without_a_session(text: str, address: str) -> None:
    answer = get(address, text)
    assert answer.status_code == 200 and not answer.cookies
    assert answer.headers["Cache-Control"] == "no-store" and "Authorization" in answer.headers["Vary"]
    assert not Session.objects.exists()
    assert ApiToken.objects.get().addresses == ["127.0.0.1"]


@pytest.mark.parametrize("address", ["/market/", "/", "/streams/", "/accounts/history/"])
def test_token_is_refused_at_other_addresses(text: str, address: str) -> None:
    assert get(address, text).headers["Location"].startswith("/accounts/sign-in/?next=")


@pytest.mark.parametrize("address", ADDRESSES)
def test_dead_token_is_refused_with_a_sentence(text: str, grace: User, address: str) -> None:
    ApiToken.objects.update(expires=timezone.now())
    assert refused(get(address, text))[:2] == (401, "invalid_token")
    tokens.revoke(ApiToken.objects.all(), timezone.now())
    assert refused(get(address, text))[2] == "This token has been revoked: make a new one."
    ApiToken.objects.update(revoked=None, expires=timezone.now() + timedelta(days=1))
    User.objects.update(is_active=False)
    assert refused(get(address, text))[2] == "The account of this token is deactivated."


def test_a_token_without_the_scope_is_refused(text: str) -> None:
    ApiToken.objects.update(scopes=[])
    assert refused(get("/live/market.json", text))[:2] == (403, "insufficient_scope")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Basic YTpi", "mlr_", "Bearer mlr_" + "A" * 43, "Bearer " + "x" * 100_000, "\x00"],
)
def test_malformed_token_is_refused_even_with_a_session(grace: User, header: str) -> None:
    browser = Client()
    browser.force_login(grace)
    answer = browser.get("/live/market.json", headers={"authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"][:25]) == (401, 'Bearer realm="Millrace", ')


def test_token_does_not_use_the_session_beside_it(text: str) -> None:
    staff = Client()
    staff.force_login(User.objects.create_user("ada", is_staff=True))
    User.objects.filter(username="grace").update(is_staff=False)
    answer = staff.get("/streams/state.json", headers={"authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()) == (403, {"error": "Only staff may see the streams."})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_token_allows_reading_only(text: str, method: str) -> None:
    answer = getattr(Client(), method)("/live/market.json", headers={"authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_wrong_tokens_from_one_address_are_not_looked_up_when_many(text: str) -> None:
    for _ in range(bearer.WRONG_A_MINUTE):
        assert get("/live/market.json", "mlr_" + "A" * 43).status_code == 401
    with TestCase().assertNumQueries(0):
        answer = get("/live/market.json", text)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert get("/live/market.json", text, REMOTE_ADDR="192.0.2.1").status_code == 200


def test_new_address_is_notified_to_the_owner(text: str) -> None:
    for address in ("192.0.2.1", "192.0.2.1", "2001:db8::1"):
        get("/live/market.json", text, REMOTE_ADDR=address)
    event = SecurityEvent.objects.get()
    assert (event.name, event.address, event.notice) == ("token.used-from-new-address", "2001:db8::1", True)
    assert event.facts == {"label": "report"}


def test_log_names_the_reason_and_not_the_token(
    text: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events.log, "propagate", True)
    tokens.revoke(ApiToken.objects.all(), timezone.now())
    with caplog.at_level("DEBUG"):
        get("/market/minutes.csv", text)
    assert '"event": "token.refused", ' in caplog.text and '"reason": "revoked"' in caplog.text
    assert text not in caplog.text


@pytest.mark.django_db(transaction=True)
async def test_socket_accepts_no_token(text: str) -> None:
    headers = [(b"origin", b"http://localhost"), (b"authorization", f"Bearer {text}".encode())]
    socket = Socket(application, "/ws/live/", headers)
    await socket.connect()
    assert await socket.close_code() == 4401
    await socket.disconnect()
