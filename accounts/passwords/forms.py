"""Forms in which a user chooses a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError

from accounts.adapters import NOT_YOURS, AccountAdapter
from accounts.models import User
from accounts.passwords.validators import shortest


class NewPasswordForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]
    """Asks for a new password twice, because without scripts the page cannot show the typed text."""

    error_messages = {"password_mismatch": "The two are not the same: type the new password again."}
    password1, password2 = SetPasswordMixin.create_password_fields("New password", "New password again")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, first = user, self.fields["password1"]
        first.help_text = (
            f"At least {shortest(user)} characters; a few words that only you would put together are good."
        )
        self.fields["password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        self.validate_password_for_user(self.user, "password1")
        return self.cleaned_data

    def save(self) -> User:
        """Sets the password. The caller ends the sessions."""
        self.user.provisional_until = None
        user: User = self.set_password_and_save(self.user)
        return user


class ChangePasswordForm(NewPasswordForm):
    """Asks for the current password too: a session alone must not be enough to take over an account."""

    field_order = ["old", "password1", "password2", "revoke"]
    old = forms.CharField(
        label="Your password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    revoke = forms.BooleanField(required=False, label="Revoke my API tokens and access keys, too")

    def __init__(self, user: User, *args: Any, tokens: bool, **kwargs: Any) -> None:
        """Builds the form. `tokens`: whether the user has valid API tokens or access keys."""
        super().__init__(user, *args, **kwargs)
        if not tokens:
            del self.fields["revoke"]

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not AccountAdapter().reauthenticate(self.user, old):
            raise ValidationError(NOT_YOURS)
        return old
