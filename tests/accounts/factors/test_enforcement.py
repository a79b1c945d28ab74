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


def test_the_security_page_says_why(staff: Client) -> None:
    assertContains(staff.get(SECURITY), "must have a second factor")


def test_a_script_is_told_in_words(staff: Client) -> None:
    answer = staff.get("/live/market.json", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (403, {"error": "second factor needed"})


@pytest.mark.parametrize("path", ["/accounts/factors/totp/", "/accounts/factors/passkeys/add/"])
def test_after_a_confirmation_one_can_be_added(staff: Client, path: str) -> None:
    confirm(staff)
    assert staff.get(path).status_code == 200


def test_signing_out_stays_open(staff: Client) -> None:
    assertRedirects(staff.post("/accounts/sign-out/"), "/accounts/sign-in/")


def test_with_a_factor_all_is_open(staff: Client, app: Authenticator) -> None:
    assert staff.get("/streams/").status_code == 200


def test_the_last_factor_cannot_be_removed_where_one_is_required(staff: Client, app: Authenticator) -> None:
    confirm(staff, shown())
    assertContains(staff.post("/accounts/factors/totp/remove/", follow=True), "add another before you remove this one")
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "is_staff", "led"), [("staff", False, False), ("all", False, True), ("none", True, False)]
)
def test_whom_the_setting_means(signed_in: Client, settings: Settings, who: str, is_staff: bool, led: bool) -> None:
    settings.REQUIRE_SECOND_FACTOR = who
    User.objects.update(is_staff=is_staff)
    assert (signed_in.get("/market/").status_code == 302) is led


def test_nobody_pays_a_query_who_need_not_have_a_factor(
    settings: Settings, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    with django_assert_num_queries(0):
        assert factors.lacking(ada) is False


def test_a_session_without_the_factor_that_it_must_have_holds_no_socket(staff: Client, app: Authenticator) -> None:
    session = session_of(staff)
    assert list(valid_sessions([session])) == [session]
    app.delete()
    assert valid_sessions([session]) == {}
