"""The sign-in form."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.internal import flows
from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse

PROVED = "proved"  # in the state of a sign-in: what the password was that the first step was done with


class SignInForm(LoginForm):
    """User name and password. What follows, a second factor among it, is allauth's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = get_user_model()._meta.get_field("username").max_length
        # Asked for, not insisted on: a longer name is nobody's, and gets the same answer as any other of nobody.
        names = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True, "maxlength": longest}
        passwords = {"autocomplete": "current-password"}
        self.fields["login"] = forms.CharField(label="User name", widget=forms.TextInput(attrs=names))
        self.fields["password"] = forms.CharField(
            label="Password", strip=False, widget=forms.PasswordInput(attrs=passwords)
        )
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """Password managers know "username"; allauth calls the field "login"."""
        return "username" if field_name == "login" else field_name

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Goes on to the second factor or in. allauth's own would give the session an end of its own."""
        self._login.redirect_url = redirect_url
        self._login.state[PROVED] = self.user.get_session_auth_hash()
        answer: HttpResponse = flows.login.perform_password_login(request, self.user_credentials(), self._login)
        return answer
