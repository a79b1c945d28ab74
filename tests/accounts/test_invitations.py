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


def invite(name: str = "grace", **more: str) -> str:
    return invitations.make(name, timezone.now(), **more)[1]  # type: ignore[arg-type]


def test_invited_user_chooses_a_password_and_is_signed_in(client: Client) -> None:
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


def test_invitation_makes_one_account_when_accepted_twice_at_once() -> None:
    secret = invite().split("/")[-2]
    first, second = (invitations.find(secret, timezone.now()) for _ in range(2))
    assert first and second
    assert invitations.accept(first, NEW, timezone.now()) is not None
    assert invitations.accept(second, NEW, timezone.now()) is None


def test_invitation_expires_after_72_hours() -> None:
    secret = invite().split("/")[-2]
    assert invitations.find(secret, timezone.now() + timedelta(hours=71, minutes=59))
    assert invitations.find(secret, timezone.now() + timedelta(hours=72, minutes=1)) is None


def test_new_invitation_replaces_the_earlier_one(client: Client) -> None:
    before, after = invite(), invite()
    assert (client.get(before).status_code, client.get(after).status_code) == (404, 200)


def test_database_dump_holds_no_invitation_link() -> None:
    secret = invite().split("/")[-2]
    assert len(secret) == 43 and secret not in str(list(Invitation.objects.values()))


def test_invited_staff_are_led_to_a_second_factor(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    path = invite(role="operator")
    assertRedirects(client.post(path, FORM, follow=True), "/accounts/security/")


@pytest.mark.parametrize("name", ["", "a b", "x" * 151, "\x00", "ADA"])
def test_invitation_refuses_an_invalid_or_taken_name(ada: User, name: str) -> None:
    with pytest.raises(ValidationError):
        invitations.make(name, timezone.now())
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("password", ["short", "grace grace grace", "x" * 1_000_000, NEW + "\x00", ""])
def test_refused_password_makes_no_account(client: Client, password: str) -> None:
    assertContains(client.post(invite(), {"password1": password, "password2": password}), 'role="alert"')
    assert User.objects.count() == 0


def test_invitation_ends_when_its_name_was_taken_meanwhile(client: Client) -> None:
    path = invite()
    User.objects.create_user("grace")
    assert client.post(path, FORM).status_code == 404


def test_signed_in_user_cannot_accept_an_invitation(signed_in: Client) -> None:
    assert signed_in.post(invite(), FORM).status_code == 409
    assert User.objects.count() == 1


@pytest.mark.parametrize("secret", ["x", "é", "x" * 5000, "..", "%27%20OR%201=1"])
def test_unknown_invitation_link_is_invalid(client: Client, secret: str) -> None:
    assert client.get(f"/accounts/invitation/{secret}/").status_code in (404, 414)


def test_invite_prints_a_working_link(client: Client) -> None:
    out = StringIO()
    call_command("invite", "grace", "--staff", "--at", "https://m.example.org/", stdout=out)
    link = out.getvalue().split()[-1]
    assert link.startswith("https://m.example.org/accounts/invitation/")
    client.post(link.removeprefix("https://m.example.org"), FORM)
    assert User.objects.get().is_staff


def test_invite_refuses_an_invalid_name(ada: User) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("invite", "ada", stderr=errors)
    assert "'ada' cannot be invited: There is an account of that name" in errors.getvalue()
