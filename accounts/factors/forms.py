"""Forms for second factors."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import factors, keyrings
from accounts.adapters import NOT_YOURS, AccountAdapter
from accounts.factors import codes, passkeys, totp
from accounts.models import User

WRONG_CODE = (
    "That code is not right, was used already, or there were too many tries: wait for the next code and try again, "
    "or wait a few minutes."
)
WRONG_PAIR = (
    "That password and that code are not both right, or there were too many tries: check the password, wait for the "
    "next code and try again, or wait a few minutes."
)
NOT_THAT_CODE = "That is not the code that the app shows: wait for the next one and type it."
SEED = "totp-seed"  # session key: the encrypted seed, until the app is set up
LONGEST_NAME = 60  # characters


def code_field(label: str = "Code", **attributes: Any) -> forms.CharField:
    shown = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"} | attributes
    return forms.CharField(label=label, max_length=codes.LONGEST, widget=forms.TextInput(attrs=shown))


def name_code(field: forms.Field, user: User) -> None:
    """Names in the field's text the codes that the user can type."""
    if factors.TOTP in factors.kinds(user):
        field.help_text = "From your authenticator app, or a recovery code."
    else:
        field.label = "Recovery code"


def end_others_field(*, ticked: bool = False) -> forms.BooleanField:
    return forms.BooleanField(label="End my sessions on other devices", required=False, initial=ticked)


class CodeForm(forms.Form):
    """Asks for a code in the second step of signing in."""

    code = code_field(autofocus=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        name_code(self.fields["code"], user)

    def clean_code(self) -> codes.Proof:
        proof = codes.use(context.request, self.user, self.cleaned_data["code"])
        if proof is None:
            raise ValidationError(WRONG_CODE)
        return proof

    def save(self) -> None:
        codes.note(context.request, self.cleaned_data["code"], again=False)


class ActivateTotpForm(forms.Form):
    """Asks for the first code of a new authenticator app. The seed waits in the session, encrypted."""

    code = code_field(inputmode="numeric", autofocus=True)
    end_others = end_others_field()
    counter: int  # the counter of the right code; set when the form is valid

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, session = user, context.request.session
        if not self.is_bound or SEED not in session:
            session[SEED] = keyrings.encrypt(generate_totp_secret())
        self.secret = keyrings.decrypt(session[SEED])

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        # No throttle: the seed is on the user's own page, so there is nothing to guess.
        counter = totp.matches(self.secret, code.replace(" ", ""), timezone.now().timestamp())
        if counter is None:
            raise ValidationError(NOT_THAT_CODE)
        self.counter = counter
        return code


class RemoveTotpForm(forms.Form):
    end_others = end_others_field(ticked=True)

    def __init__(self, *args: Any, authenticator: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authenticator = authenticator


class AddPasskeyForm(AddWebAuthnForm):
    """Adds a passkey that signs in alone: it stays on its device, behind a PIN, a finger or a face."""

    name = forms.CharField(required=False, max_length=LONGEST_NAME)
    credential = passkeys.CredentialField()
    end_others = end_others_field()

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        if not passkeys.plausible(credential):
            raise ValidationError(passkeys.REFUSED)
        return credential

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True  # makes allauth require that the device verified the user
        try:
            cleaned: dict[str, Any] = super().clean()
        except (ValidationError, ValueError):
            raise ValidationError(passkeys.REFUSED) from None
        return cleaned


class RemovePasskeyForm(forms.Form):
    end_others = end_others_field(ticked=True)


class RenamePasskeyForm(EditWebAuthnForm):
    name = forms.CharField(max_length=LONGEST_NAME)


class ConfirmForm(forms.Form):
    """Asks for the password, and for a code of users with a second factor.

    Neither alone is a full proof (ASVS 7.5.1).
    """

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True})
    )
    code = code_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if factors.kinds(user):
            name_code(self.fields["code"], user)
        else:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        right = AccountAdapter().reauthenticate(self.user, cleaned["password"])
        if "code" not in self.fields:
            if not right:
                raise ValidationError(NOT_YOURS)
            return cleaned
        self.proof = codes.use(context.request, self.user, cleaned["code"]) if right else None
        if self.proof is None:
            raise ValidationError(WRONG_PAIR)
        return cleaned
