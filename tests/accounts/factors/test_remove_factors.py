from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import factors, sessions
from accounts.factors import recovery
from accounts.models import User
from tests.accounts.conftest import first_step, session_of


def test_remove_factors_lets_the_user_sign_in_with_the_password(
    client: Client, signed_in: Client, ada: User, app: Authenticator
) -> None:
    recovery.make(ada, timezone.now())
    before = session_of(signed_in)
    call_command("remove_factors", "ada", stdout=StringIO())
    assert (factors.kinds(ada), recovery.count_unused(ada), sessions.valid_sessions([before])) == (set(), 0, {})
    assert ada.security_events.get(name="factor.removed").facts == {"factor": "totp", "by": "the command line"}
    assert first_step(Client()) == "/accounts/success/"


def test_remove_factors_refuses_an_unknown_user(db: None) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("remove_factors", "eve", stderr=errors)
    assert errors.getvalue().startswith("No user is called 'eve'")
