from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts import invitations
from accounts.models import Invitation, User

NEW = "seven wet herons by the mill"
FORM = {"password1": NEW, "password2": NEW}
pytestmark = pytest.mark.usefixtures("db", "fast_bcrypt")


def invite(name: str = "grace", **more: bool) -> str:
    return invitations.make(name, timezone.now(), **more)[1]  # type: ignore[arg-type]


def test_who_was_invited_chooses_a_password_and_is_signed_in(client: Client) -> None:
    path = invite()
    assertContains(client.get(path), "Welcome, grace")
    assertRedirects(client.post(path, FORM), "/accounts/success/")
    user = User.objects.get()
    assert (user.get_username(), user.is_staff, user.check_password(NEW)) == ("grace", False, True)
    assert [event.name for event in user.security_events.order_by("pk")][:1] == ["invitation.accepted"]


def test_an_invitation_works_once(client: Client) -> None:
    path = invite()
    client.post(path, FORM)
    assert Client().get(path).status_code == Client().post(path, FORM).status_code == 404
    assert User.objects.count() == 1


def test_of_two_that_come_at_once_one_makes_the_account() -> None:
    secret = invite().split("/")[-2]
    first, second = (invitations.find(secret, timezone.now()) for _ in range(2))
    assert first and second
    assert invitations.accept(first, NEW, timezone.now()) is not None
    assert invitations.accept(second, NEW, timezone.now()) is None


def test_an_invitation_ends_after_72_hours() -> None:
    secret = invite().split("/")[-2]
    assert invitations.find(secret, timezone.now() + timedelta(hours=71, minutes=59))
    assert invitations.find(secret, timezone.now() + timedelta(hours=72, minutes=1)) is None


def test_a_new_invitation_ends_the_one_before(client: Client) -> None:
    before, after = invite(), invite()
    assert (client.get(before).status_code, client.get(after).status_code) == (404, 200)


def test_a_dump_of_the_database_holds_no_link() -> None:
    secret = invite().split("/")[-2]
    assert len(secret) == 43 and secret not in str(list(Invitation.objects.values()))


def test_staff_who_were_invited_are_led_to_a_second_factor(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    path = invite(is_staff=True)
    assertRedirects(client.post(path, FORM, follow=True), "/accounts/security/")


@pytest.mark.parametrize("name", ["", "a b", "x" * 151, "\x00", "ADA"])
def test_a_name_that_cannot_be_or_is_taken_is_refused(ada: User, name: str) -> None:
    with pytest.raises(ValidationError):
        invitations.make(name, timezone.now())
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("password", ["short", "grace grace grace", "x" * 1_000_000, NEW + "\x00", ""])
def test_a_password_that_is_refused_makes_no_account(client: Client, password: str) -> None:
    assertContains(client.post(invite(), {"password1": password, "password2": password}), 'role="alert"')
    assert User.objects.count() == 0


def test_a_name_that_was_taken_meanwhile_ends_the_invitation(client: Client) -> None:
    path = invite()
    User.objects.create_user("grace")
    assert client.post(path, FORM).status_code == 404


def test_who_is_signed_in_makes_no_second_account(signed_in: Client) -> None:
    assert signed_in.post(invite(), FORM).status_code == 409
    assert User.objects.count() == 1


@pytest.mark.parametrize("secret", ["x", "é", "x" * 5000, "..", "%27%20OR%201=1"])
def test_a_made_up_link_is_no_longer_good(client: Client, secret: str) -> None:
    assert client.get(f"/accounts/invitation/{secret}/").status_code in (404, 414)


def test_the_command_prints_a_link_that_works(client: Client) -> None:
    out = StringIO()
    call_command("invite", "grace", "--staff", "--at", "https://m.example.org/", stdout=out)
    link = out.getvalue().split()[-1]
    assert link.startswith("https://m.example.org/accounts/invitation/")
    client.post(link.removeprefix("https://m.example.org"), FORM)
    assert User.objects.get().is_staff


def test_a_name_that_cannot_be_invited_is_a_sentence(ada: User) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("invite", "ada", stderr=errors)
    assert "'ada' cannot be invited: There is an account of that name" in errors.getvalue()
