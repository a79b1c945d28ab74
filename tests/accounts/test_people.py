from typing import Any

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import people, tokens
from accounts.models import SecurityEvent, User
from accounts.views import people as views

PEOPLE = "/accounts/people/"


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob")


def deactivate(staff: Client, user: User, name: str = "") -> Any:
    return staff.post(f"{PEOPLE}{user.pk}/deactivate/", {"name": name or user.username})


def is_active(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize("address", ["", "{}/", "{}/deactivate/", "{}/activate/"])
def test_only_staff_see_other_people(confirmed: Client, bob: User, address: str) -> None:
    assert confirmed.get(PEOPLE + address.format(bob.pk)).status_code == 403
    assert confirmed.post(PEOPLE + address.format(bob.pk), {"name": "bob"}).status_code in (403, 405)
    assert is_active(bob)


def test_people_page_lists_everybody_with_their_factors(
    staff: Client, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for kind in ("totp", "webauthn", "webauthn"):
        Authenticator.objects.create(user=bob, type=kind, data={})
    for number in range(30):
        User.objects.create_user(f"eve{number}", is_active=False)
    with django_assert_max_num_queries(12):
        page = staff.get(PEOPLE)
    assertContains(page, "authenticator app, 2 passkeys")
    assertContains(page, 'data-testid="person-row"', 32)
    assertContains(page, "deactivated", 30)


@pytest.mark.parametrize("words", ["BO", " bob "])
def test_people_are_found_by_a_part_of_their_name(staff: Client, bob: User, words: str) -> None:
    page = staff.get(PEOPLE, {"q": words})
    assertContains(page, 'data-testid="person-row"', 1)


@pytest.mark.parametrize("query", [{"q": "x" * 3000}, {"q": "<script>"}, {"page": "x"}, {"page": "9" * 3000}])
def test_people_page_answers_any_query(staff: Client, query: dict[str, str]) -> None:
    page = staff.get(PEOPLE, query)
    assertNotContains(page, "<script>”")


def test_page_of_a_person_shows_their_history(staff: Client, bob: User) -> None:
    bob.security_events.create(name="device.new", at=timezone.now(), address="192.0.2.9")
    page = staff.get(f"{PEOPLE}{bob.pk}/")
    assertContains(page, "Signed in on a new device")
    assertContains(page, "192.0.2.9")


@pytest.mark.parametrize("number", [0, 999_999, 9**30])
def test_unknown_person_is_not_found(staff: Client, number: int) -> None:
    for address in (f"{PEOPLE}{number}/", f"{PEOPLE}{number}/deactivate/"):
        assert staff.get(address).status_code == 404


def test_no_page_lets_staff_set_a_password(staff: Client, bob: User) -> None:
    before = bob.password
    for page in (f"{PEOPLE}{bob.pk}/", f"{PEOPLE}{bob.pk}/deactivate/"):
        assertNotContains(staff.get(page), 'type="password"')
    assert staff.get(f"{PEOPLE}{bob.pk}/password/").status_code == 404
    deactivate(staff, bob)
    assert User.objects.get(pk=bob.pk).password == before


def test_deactivating_shows_its_effect_and_asks_for_the_name(staff: Client, bob: User) -> None:
    tokens.make(bob, "report", ["read:dashboards"], 90, timezone.now())
    page = staff.get(f"{PEOPLE}{bob.pk}/deactivate/")
    assertContains(page, "bob is signed out everywhere within seconds and 1 API token revoked for good")
    assertContains(page, "Type <strong>bob</strong> to go on")
    assert is_active(bob)


@pytest.mark.parametrize("typed", ["Bob", "b", "ada", "bob\x00", "x" * 1_000_000])
def test_deactivating_with_another_name_typed_changes_nothing(staff: Client, bob: User, typed: str) -> None:
    answer = deactivate(staff, bob, typed)
    assertContains(answer, "Type bob to go on; nothing was changed.", status_code=422)
    assert is_active(bob)


def test_deactivated_user_loses_session_and_tokens(staff: Client, bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    tokens.make(bob, "report", ["read:dashboards"], 90, timezone.now())
    assertRedirects(deactivate(staff, bob), f"{PEOPLE}{bob.pk}/")
    assert not is_active(bob)
    assert browser.get("/accounts/success/").status_code == 302
    assert not tokens.valid(bob, timezone.now()).exists()


def test_all_sessions_of_a_person_are_ended(staff: Client, bob: User) -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(bob)
    page = staff.get(f"{PEOPLE}{bob.pk}/end-sessions/")
    assertContains(page, "2 sessions end within seconds, open pages too. bob may sign in again at once.")
    staff.post(f"{PEOPLE}{bob.pk}/end-sessions/", {"name": "bob"})
    assert [browser.get("/accounts/success/").status_code for browser in browsers] == [302, 302]
    event = SecurityEvent.objects.get(user=bob, notice=True)
    assert (event.name, event.facts) == ("session.ended", {"reason": "staff", "by": "ada", "count": 2})


def test_deactivation_and_activation_are_in_the_history_with_the_actor(staff: Client, bob: User) -> None:
    deactivate(staff, bob)
    staff.post(f"{PEOPLE}{bob.pk}/activate/", {"name": "bob"})
    assert is_active(bob)
    found = SecurityEvent.objects.filter(user=bob, notice=True).order_by("pk").values_list("name", "facts", "address")
    assert list(found) == [("user.deactivated", {"by": "ada"}, None), ("user.activated", {"by": "ada"}, None)]


def test_staff_cannot_deactivate_themselves(staff: Client, ada: User) -> None:
    assertContains(deactivate(staff, ada), "That is your own account", status_code=409)
    assert is_active(ada)


def test_two_administrators_cannot_deactivate_each_other_at_once(ada: User, bob: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    ada, bob = User.objects.get(pk=ada.pk), User.objects.get(pk=bob.pk)
    request = RequestFactory().post("/")
    done = [people.perform("deactivate", bob, ada, request)[0], people.perform("deactivate", ada, bob, request)[0]]
    assert done == [True, False]
    assert (is_active(ada), is_active(bob)) == (True, False)


def test_repeated_deactivation_is_refused(staff: Client, bob: User) -> None:
    deactivate(staff, bob)
    answer = deactivate(staff, bob)
    assertContains(answer, "no longer as it was shown", status_code=409)
    assert SecurityEvent.objects.filter(name="user.deactivated").count() == 1


@pytest.mark.parametrize("verb", ["password", "delete", "x" * 500])
def test_unknown_action_returns_404(staff: Client, bob: User, verb: str) -> None:
    assert staff.post(f"{PEOPLE}{bob.pk}/{verb}/", {"name": "bob"}).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_acting_on_an_account_requires_a_fresh_proof(ada: User, bob: User, method: str) -> None:
    request = getattr(RequestFactory(), method)("/", {"name": "bob"})
    ada.is_staff = ada.is_superuser = True
    request.user, request.session = ada, {}
    with pytest.raises(ReauthenticationRequired):
        views.change(request, number=bob.pk, verb="deactivate")
    assert is_active(bob)


@pytest.fixture
def mailed(bob: User, settings: Settings) -> User:
    settings.MAIL_CONFIGURED, bob.email = True, "bob@example.org"
    bob.save()
    return bob


def test_staff_send_a_link_to_set_a_new_password(staff: Client, mailed: User) -> None:
    address, before = f"{PEOPLE}{mailed.pk}/send-reset/", mailed.password
    assertContains(staff.get(address), "A link goes to bob@example.org and works once, for an hour.")
    staff.post(address, {"name": "bob"})
    assert [sent.to for sent in mail.outbox] == [["bob@example.org"]]
    assert User.objects.get(pk=mailed.pk).password == before
    assert SecurityEvent.objects.get(name="password.reset-sent").facts == {"by": "ada"}


def test_staff_are_told_when_a_reset_link_cannot_be_sent(
    staff: Client, mailed: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.resets.send", lambda *_, **__: False)
    page = staff.post(f"{PEOPLE}{mailed.pk}/send-reset/", {"name": "bob"}, follow=True)
    assertContains(page, "Nothing was sent to bob@example.org")


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_reset_link_is_not_offered_without_mail_or_address(staff: Client, mailed: User, change: dict[str, Any]) -> None:
    User.objects.filter(pk=mailed.pk).update(**change)
    assertNotContains(staff.get(f"{PEOPLE}{mailed.pk}/"), "send-reset")
    assert staff.post(f"{PEOPLE}{mailed.pk}/send-reset/", {"name": "bob"}).status_code == 409
    assert mail.outbox == []
