import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts import factors
from accounts.models import User
from accounts.sessions import valid_sessions
from tests.accounts.conftest import confirm, session_of, shown

SECURITY = "/accounts/security/"
CLOSED = ["/market/", "/orders/", "/accounts/success/", "/accounts/history/", "/accounts/tokens/new/", "/streams/"]


@pytest.fixture
def staff(signed_in: Client, ada: User, settings: Settings) -> Client:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    User.objects.update(is_staff=True)
    return signed_in


@pytest.mark.parametrize("path", CLOSED)
def test_staff_without_a_second_factor_reach_nothing_but_enrolment(staff: Client, path: str) -> None:
    assertRedirects(staff.get(path), SECURITY)
    assertRedirects(staff.post(path), SECURITY)


def test_security_page_explains_that_staff_need_a_second_factor(staff: Client) -> None:
    assertContains(staff.get(SECURITY), "must have a second factor")


def test_json_request_is_refused_with_a_message_when_the_factor_is_missing(staff: Client) -> None:
    answer = staff.get("/live/market.json", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (403, {"error": "second factor needed"})


@pytest.mark.parametrize("path", ["/accounts/factors/totp/", "/accounts/factors/passkeys/add/"])
def test_factor_can_be_added_after_a_confirmation(staff: Client, path: str) -> None:
    confirm(staff)
    assert staff.get(path).status_code == 200


def test_signing_out_works_without_a_second_factor(staff: Client) -> None:
    assertRedirects(staff.post("/accounts/sign-out/"), "/accounts/sign-in/")


def test_staff_with_a_second_factor_reach_every_page(staff: Client, app: Authenticator) -> None:
    assert staff.get("/streams/").status_code == 200


def test_last_factor_cannot_be_removed_when_one_is_required(staff: Client, app: Authenticator) -> None:
    confirm(staff, shown())
    assertContains(staff.post("/accounts/factors/totp/remove/", follow=True), "add another before you remove this one")
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "is_staff", "led"), [("staff", False, False), ("all", False, True), ("none", True, False)]
)
def test_setting_names_the_users_that_must_have_a_factor(
    signed_in: Client, settings: Settings, who: str, is_staff: bool, led: bool
) -> None:
    settings.REQUIRE_SECOND_FACTOR = who
    User.objects.update(is_staff=is_staff)
    assert (signed_in.get("/market/").status_code == 302) is led


def test_optional_factor_costs_no_query(
    settings: Settings, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    with django_assert_num_queries(0):
        assert factors.lacks_required(ada) is False


def test_session_without_its_required_factor_holds_no_socket(staff: Client, app: Authenticator) -> None:
    session = session_of(staff)
    assert list(valid_sessions([session])) == [session]
    app.delete()
    assert valid_sessions([session]) == {}
