import re

import pytest
from allauth.core.exceptions import ReauthenticationRequired
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import invitations
from accounts.models import Invitation, SecurityEvent, User
from accounts.views import invite

PEOPLE, NEW = "/accounts/people/", "/accounts/people/invite/"


def test_invitation_link_is_shown_once_and_opens_the_invitation(staff: Client) -> None:
    page = staff.post(NEW, {"username": "grace", "email": "grace@example.org", "role": "operator"}).content.decode()
    [link] = re.findall(r'data-testid="link">http://localhost:8000(/[^<]+)<', page)
    assertContains(Client().get(link), "grace")
    invitation = Invitation.objects.get()
    assert (invitation.username, invitation.email, invitation.role) == ("grace", "grace@example.org", "operator")
    assertNotContains(staff.get(PEOPLE), link)
    assert SecurityEvent.objects.get(name="invitation.made").facts == {"label": "grace", "role": "operator"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": ""}, "Give the account a user name."),
        ({"username": "a b"}, "Enter a valid username"),
        ({"username": "ada"}, "There is an account of that name"),
        ({"username": "x" * 1_000_000}, "at most 150 characters"),
        ({"email": "nowhere"}, "Give an address such as"),
        ({"role": "root"}, "There is no such role."),
    ],
)
def test_invalid_invitation_form_shows_its_errors(staff: Client, wrong: dict[str, str], sentence: str) -> None:
    assertContains(staff.post(NEW, {"username": "grace", "role": "viewer"} | wrong), sentence, status_code=422)
    assert not Invitation.objects.exists()


def test_invited_person_is_listed_until_withdrawn(staff: Client) -> None:
    invitation, path = invitations.make("grace", timezone.now())
    assertContains(staff.get(PEOPLE), 'data-testid="invitation"', 1)
    assertRedirects(staff.post(f"{PEOPLE}invitations/{invitation.pk}/withdraw/"), PEOPLE)
    assertNotContains(staff.get(PEOPLE), 'data-testid="invitation"')
    assert Client().get(path).status_code == 404
    assert SecurityEvent.objects.get(name="invitation.revoked").facts == {"label": "grace"}


def test_an_invitation_is_withdrawn_once(staff: Client) -> None:
    invitation, _ = invitations.make("grace", timezone.now())
    invitations.withdraw(invitation, timezone.now())
    page = staff.post(f"{PEOPLE}invitations/{invitation.pk}/withdraw/", follow=True)
    assertContains(page, "was used already, or is too old")
    assert not SecurityEvent.objects.filter(name="invitation.revoked").exists()


@pytest.mark.parametrize("number", [0, 999_999, 9**30])
def test_unknown_invitation_is_not_found(staff: Client, number: int) -> None:
    assert staff.post(f"{PEOPLE}invitations/{number}/withdraw/").status_code == 404


def test_inviting_requires_staff(confirmed: Client) -> None:
    invitation, _ = invitations.make("grace", timezone.now())
    assert confirmed.post(NEW, {"username": "eve"}).status_code == 403
    assert confirmed.post(f"{PEOPLE}invitations/{invitation.pk}/withdraw/").status_code == 403
    assert Invitation.objects.get(used_at=None) == invitation


def test_inviting_requires_a_fresh_proof(ada: User) -> None:
    request = RequestFactory().post(NEW, {"username": "grace"})
    ada.is_staff = ada.is_superuser = True
    request.user, request.session = ada, {}  # type: ignore[assignment]
    with pytest.raises(ReauthenticationRequired):
        invite.new(request)
    assert not Invitation.objects.exists()
