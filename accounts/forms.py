"""The sign-in form."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

MISMATCH = "That user name and password do not match: check both and try again."


class SignInForm(AuthenticationForm):
    """User name and password. Django's own sets autocomplete and autofocus; the words are ours."""

    # One answer for a wrong name, a wrong password and a closed account: it tells nobody which names exist.
    error_messages = {"invalid_login": MISMATCH, "inactive": MISMATCH}

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "User name"
