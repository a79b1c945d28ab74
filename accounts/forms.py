"""Defines the sign-in form."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.internal import flows
from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse

PROVED = "proved"  # key in the state of a sign-in: the password hash that the first step was checked against


class SignInForm(LoginForm):
    """Asks for user name and password. allauth does the following steps, such as the second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = get_user_model()._meta.get_field("username").max_length
        # Only the browser holds this limit: no user has a longer name, and it gets the answer of any unknown name.
        names = {"autocomplete": "username", "autocapitalize": "none", "autofocus": True, "maxlength": longest}
        passwords = {"autocomplete": "current-password"}
        self.fields["login"] = forms.CharField(label="User name", widget=forms.TextInput(attrs=names))
        self.fields["password"] = forms.CharField(
            label="Password", strip=False, widget=forms.PasswordInput(attrs=passwords)
        )
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """Names the field "username", which password managers know; allauth calls it "login"."""
        return "username" if field_name == "login" else field_name

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Goes on to the second factor, or signs in. allauth's own method would give the session a second expiry."""
        self._login.redirect_url = redirect_url
        self._login.state[PROVED] = self.user.get_session_auth_hash()
        answer: HttpResponse = flows.login.perform_password_login(request, self.user_credentials(), self._login)
        return answer
