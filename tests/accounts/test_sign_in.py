import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts import keyrings
from accounts.adapters import MISMATCH
from accounts.models import SecurityEvent, Session, User
from accounts.sessions.engine import SessionStore
from tests.accounts.conftest import PASSWORD

SIGN_IN, SIGN_OUT, SUCCESS = "/accounts/sign-in/", "/accounts/sign-out/", "/accounts/success/"
ADA = {"username": "ada", "password": PASSWORD}
ELSEWHERE = [
    *("//evil.example", "/\\evil.example", "https:evil", "javascript:alert(1)", "\t//evil.example", "http://["),
    *("///evil", "https://evil.example/", "http://testserver@evil.example/"),
    *(SIGN_IN, SIGN_OUT, "http://testserver" + SIGN_IN),
]


def test_right_password_leads_to_the_success_page_with_real_bcrypt(client: Client, db: None) -> None:
    user = User.objects.create_user("ada", password=PASSWORD)
    assert user.password.startswith(f"bcrypt_hmac_sha384${keyrings.current(keyrings.passwords())}$2b$12$")
    assertRedirects(client.post(SIGN_IN, ADA), SUCCESS)


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"username": "eve"}, {"username": "a" * 151}, {"password": " "}])
def test_wrong_name_and_wrong_password_get_the_same_answer(client: Client, ada: User, wrong: dict[str, str]) -> None:
    assertContains(client.post(SIGN_IN, ADA | wrong), MISMATCH)
    assert SecurityEvent.objects.count() == 0


def test_a_deactivated_user_gets_the_same_answer(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)
    assertContains(client.post(SIGN_IN, ADA), MISMATCH)


def test_null_character_is_refused_with_a_message(client: Client, ada: User) -> None:
    assert client.post(SIGN_IN, ADA | {"username": "a\x00"}).status_code == 200


def test_a_password_of_any_length_is_compared_to_its_end(client: Client, ada: User) -> None:
    ada.set_password("x" * 72 + "right")
    ada.save()
    assert client.post(SIGN_IN, {"username": "ada", "password": "x" * 72 + "wrong"}).status_code == 200
    assert client.post(SIGN_IN, {"username": "ada", "password": "x" * 72 + "right"}).status_code == 302


def test_sign_in_form_works_with_password_managers(client: Client, db: None) -> None:
    page = client.get(SIGN_IN).content.decode()
    assert re.findall(r'autocomplete="([^"]+)"', page) == ["username", "current-password"]
    assert page.count("autofocus") == 1


def test_the_session_id_changes_at_sign_in(client: Client, ada: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = planted = str(session.session_key)
    client.post(SIGN_IN, ADA)
    assert client.session.session_key != planted
    assert not SessionStore().exists(planted)


def test_next_is_kept_through_a_mistake(client: Client, ada: User) -> None:
    assertContains(client.get(SIGN_IN, {"next": "/here/?a=1"}), 'name="next" value="/here/?a=1"')
    assertContains(client.post(SIGN_IN, ADA | {"password": "no", "next": "/here/?a=1"}), 'value="/here/?a=1"')
    assert client.post(SIGN_IN, ADA | {"next": "/here/?a=1"}).headers["Location"] == "/here/?a=1"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_redirects_to_our_pages_only(client: Client, ada: User, target: str) -> None:
    assert client.post(SIGN_IN, ADA | {"next": target}).headers["Location"] == SUCCESS
    assert client.get(SIGN_IN, {"next": target}).headers["Location"] == SUCCESS


def test_sign_in_page_redirects_a_signed_in_user(signed_in: Client) -> None:
    assertRedirects(signed_in.get(SIGN_IN), SUCCESS)


def test_sign_in_form_of_another_tab_redirects_when_signed_in(settings: Settings, ada: User) -> None:
    settings.CSRF_FAILURE_VIEW = "accounts.views.sign_in.stale_form"
    browser = Client(enforce_csrf_checks=True)
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(SIGN_IN).content.decode())[0]
    form = ADA | {"csrfmiddlewaretoken": token, "next": "/here/"}
    assert browser.post(SIGN_IN, form).headers["Location"] == "/here/"
    second = browser.post(SIGN_IN, form)
    assertRedirects(second, f"{SIGN_IN}?next=%2Fhere%2F", target_status_code=302)
    assert browser.get(second.headers["Location"]).headers["Location"] == "/here/"


def test_form_without_csrf_token_gets_a_page_in_plain_words(settings: Settings, ada: User) -> None:
    settings.CSRF_FAILURE_VIEW = "accounts.views.sign_in.stale_form"
    answer = Client(enforce_csrf_checks=True).post(SIGN_IN, ADA)
    assertContains(answer, "reload the page and send it again", status_code=403)


def test_token_at_the_address_of_a_page_is_answered_with_the_address_of_the_door(settings: Settings, db: None) -> None:
    settings.CSRF_FAILURE_VIEW = "accounts.views.sign_in.stale_form"
    headers = {"Authorization": "Bearer mlr_x"}
    answer = Client(enforce_csrf_checks=True).post("/streams/clicks/records/", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"].endswith("Records are put at /streams/NAME/records, without a last slash.")


def test_sign_in_page_makes_no_session_when_it_is_opened(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get(SIGN_IN)
    assert configured.SESSION_COOKIE_NAME not in client.cookies


def test_session_lasts_30_idle_minutes_or_12_hours_and_reading_writes_nothing(client: Client, ada: User) -> None:
    client.post(SIGN_IN, ADA)
    row = Session.objects.get()
    assert (row.ends - row.began, row.expire_date - row.began) == (timedelta(hours=12), timedelta(minutes=30))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(SUCCESS)
    assert [each["sql"] for each in queries if not each["sql"].startswith("SELECT")] == []
    assert configured.SESSION_COOKIE_NAME not in answer.cookies
    assert Session.objects.get().expire_date == row.expire_date


def test_saving_the_session_does_not_move_its_end(signed_in: Client) -> None:
    end = Session.objects.get().expire_date
    session = signed_in.session
    session["noted"] = True
    session.save()
    assert Session.objects.get().expire_date == end


def test_ended_session_redirects_to_sign_in(signed_in: Client) -> None:
    Session.objects.update(expire_date=datetime(2020, 1, 1, tzinfo=UTC))
    assertRedirects(signed_in.get(SUCCESS), f"{SIGN_IN}?next={SUCCESS}")


def test_signing_out_deletes_the_session_and_clears_the_browser(signed_in: Client) -> None:
    answer = signed_in.post(SIGN_OUT)
    assertRedirects(answer, SIGN_IN)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert Session.objects.count() == 0


def test_get_request_does_not_sign_out(signed_in: Client) -> None:
    assert signed_in.get(SIGN_OUT).status_code == 405
    assert Session.objects.count() == 1


def test_pages_of_signed_in_users_are_not_cached(signed_in: Client) -> None:
    for path in (SUCCESS, "/no/such/page/"):
        assert signed_in.get(path).headers["Cache-Control"] == "no-store"


def test_log_lines_hold_no_password(client: Client, ada: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        client.post(SIGN_IN, ADA | {"password": "mistyped secret"})
        client.post(SIGN_IN, ADA)
    assert "mistyped secret" not in caplog.text and PASSWORD not in caplog.text
