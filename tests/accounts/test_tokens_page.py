import html
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import access_keys, tokens
from accounts.models import AccessKey, ApiToken, SecurityEvent, User
from accounts.views import tokens as views

TOKENS, NEW, NEW_KEY = "/accounts/tokens/", "/accounts/tokens/new/", "/accounts/keys/new/"
WANTED = {"label": "nightly report", "scopes": ["read:dashboards"], "days": "90"}


def token_of(user: User, label: str = "report") -> ApiToken:
    return tokens.make(user, label, ["read:dashboards"], 90, timezone.now())[0]


def test_a_token_is_shown_once_and_works(confirmed: Client, client: Client) -> None:
    page = confirmed.post(NEW, WANTED).content.decode()
    [text] = re.findall(r'data-testid="token-text">(mlr_[\w-]{43})<', page)
    assertNotContains(confirmed.get(TOKENS), text[:-4])
    answer = Client().get("/orders/alarms.csv", headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 200


def test_notice_of_a_new_token_does_not_hold_the_token(confirmed: Client) -> None:
    confirmed.post(NEW, WANTED | {"days": "365"})
    event, token = SecurityEvent.objects.get(name="token.made"), ApiToken.objects.get()
    expires = f"{timezone.now() + timedelta(days=365):%Y-%m-%d}"
    assert event.notice and event.facts == {"label": token.label, "scopes": "read:dashboards", "expires": expires}


@pytest.mark.parametrize("method", ["get", "post"])
def test_making_a_token_requires_a_fresh_proof(ada: User, method: str) -> None:
    request = getattr(RequestFactory(), method)(NEW, WANTED)
    request.user, request.session = ada, {}
    with pytest.raises(ReauthenticationRequired):
        views.new(request)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"label": ""}, "Give it a name"),
        ({"label": "x" * 61}, "at most 60 characters"),
        ({"label": "a\x00b"}, "Null characters are not allowed"),
        ({"label": "x" * 1_000_000}, "at most 60 characters"),
        ({"scopes": []}, "Tick at least one permission"),
        ({"scopes": ["everything"]}, "There is no such permission"),
        ({"days": "100000"}, "at most a year"),
        ({"days": "9" * 5000}, "at most a year"),
        ({"days": "x"}, "at most a year"),
    ],
)
def test_invalid_token_form_shows_its_errors(confirmed: Client, wrong: dict[str, Any], sentence: str) -> None:
    assertContains(confirmed.post(NEW, WANTED | wrong), sentence, status_code=422)
    assert not ApiToken.objects.exists()


def test_token_beyond_the_limit_is_refused_with_a_message(confirmed: Client, ada: User) -> None:
    for _ in range(tokens.MOST):
        token_of(ada)
    assertContains(confirmed.post(NEW, WANTED), "You have 25 tokens: revoke one", status_code=422)


def test_own_tokens_are_listed_with_their_last_use(signed_in: Client, ada: User) -> None:
    tokens.note_use(token_of(ada, "<b>mine</b>"), "192.0.2.1", timezone.now())
    token_of(User.objects.create_user("bob"), "of somebody else")
    page = signed_in.get(TOKENS)
    assertContains(page, "&lt;b&gt;mine&lt;/b&gt;")
    assertContains(page, "from 192.0.2.1.")
    assertNotContains(page, "of somebody else")


def test_an_expired_token_is_listed_as_such(signed_in: Client, ada: User) -> None:
    token_of(ada)
    ApiToken.objects.update(expires=timezone.now())
    assertContains(signed_in.get(TOKENS), "Expired")


def test_revoked_token_is_invalid_and_not_listed(signed_in: Client, ada: User) -> None:
    token = token_of(ada)
    assertRedirects(signed_in.post(f"{TOKENS}{token.pk}/revoke/"), TOKENS)
    assert not tokens.valid(ada, timezone.now()).exists()
    assertContains(signed_in.get(TOKENS), "You have no tokens.")
    assert SecurityEvent.objects.get(name="token.revoked").facts == {"label": "report"}
    assert signed_in.post(f"{TOKENS}{token.pk}/revoke/").status_code == 404


def test_tokens_of_other_users_cannot_be_revoked(signed_in: Client) -> None:
    bob = User.objects.create_user("bob")
    token = token_of(bob)
    for number in (token.pk, 0, 9**30):
        assert signed_in.post(f"{TOKENS}{number}/revoke/").status_code == 404
    assert tokens.valid(bob, timezone.now()).exists()


def test_get_request_revokes_no_token(signed_in: Client, ada: User) -> None:
    assert signed_in.get(f"{TOKENS}{token_of(ada).pk}/revoke/").status_code == 405


KEY = {"label": "agent", "scopes": ["write:streams"], "days": "30", "streams": "orders, logs-*"}


def test_an_access_key_is_shown_once_with_lines_to_copy(staff: Client) -> None:
    page = html.unescape(staff.post(NEW_KEY, KEY).content.decode())
    [secret] = re.findall(r'data-testid="key-secret">(\w{40})<', page)
    key = AccessKey.objects.get()
    assert page.count(secret) == 6 and f"export AWS_SECRET_ACCESS_KEY={secret}" in page
    assert f'endpoint_url="{settings.ENDPOINT_URL}"' in page and key.streams == ["logs-*", "orders"]
    listed = staff.get(TOKENS)
    assertContains(listed, key.access_key_id)
    assertNotContains(listed, secret)
    facts = SecurityEvent.objects.get(name="access-key.made").facts
    assert (facts["streams"], facts["scopes"]) == ("logs-* orders", "write:streams")


@pytest.mark.parametrize("form", [KEY | {"scopes": ["read:dashboards"]}, KEY | {"streams": "a/b"}, KEY | {"days": "0"}])
def test_invalid_key_form_makes_no_key(staff: Client, form: dict[str, Any]) -> None:
    assert staff.post(NEW_KEY, form).status_code == 422
    assert not AccessKey.objects.exists()


def test_revoked_access_key_is_not_listed(signed_in: Client, ada: User) -> None:
    key, _ = access_keys.make(ada, "agent", ["write:streams"], 90, timezone.now())
    other, _ = access_keys.make(User.objects.create_user("bob"), "agent", ["write:streams"], 90, timezone.now())
    assertRedirects(signed_in.post(f"/accounts/keys/{key.pk}/revoke/"), TOKENS)
    assertContains(signed_in.get(TOKENS), "You have no access keys.")
    assert SecurityEvent.objects.get(name="access-key.revoked").facts == {"label": "agent"}
    for number in (key.pk, other.pk, 9**30):
        assert signed_in.post(f"/accounts/keys/{number}/revoke/").status_code == 404


def test_token_that_may_write_is_shown_with_a_line_to_copy(staff: Client) -> None:
    page = html.unescape(staff.post(NEW, KEY).content.decode())
    assert f"curl {settings.SITE_URL}/streams/orders/records \\\n" in page
