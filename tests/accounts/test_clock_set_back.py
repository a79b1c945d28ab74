"""Nothing that was made while the clock was ahead by years opens a door for years after the clock is set back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import access_keys, credentials, invitations, tokens
from accounts.models import User
from accounts.passwords import provisional

NOW = timezone.now()
AHEAD = NOW + timedelta(days=2000)
pytestmark = pytest.mark.usefixtures("db", "fast_bcrypt")


def test_credential_made_by_a_clock_that_was_ahead_has_expired(ada: User) -> None:
    made = [
        tokens.make(ada, "report", ["read:dashboards"], 90, AHEAD)[0],
        access_keys.make(ada, "producer", ["write:streams"], 90, AHEAD)[0],
    ]
    assert [credentials.state(each, ada, at) for each in made for at in (AHEAD, NOW)] == ["active", "expired"] * 2
    assert (credentials.has_valid(ada, AHEAD), credentials.has_valid(ada, NOW)) == (True, False)


def test_invitation_made_by_a_clock_that_was_ahead_makes_no_account() -> None:
    invitation, path = invitations.make("grace", AHEAD)
    secret = path.split("/")[-2]
    assert [invitations.find(secret, at) for at in (AHEAD, NOW)] == [invitation, None]


def test_printed_password_of_a_clock_that_was_ahead_has_expired(ada: User) -> None:
    provisional.give(ada, AHEAD)
    assert [provisional.outlived(ada, at) for at in (AHEAD, NOW)] == [False, True]
