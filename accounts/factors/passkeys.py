"""Checks the browser's passkey answers: refuses malformed ones first, then lets fido2 check them, through allauth."""

from __future__ import annotations

import json
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder

from accounts import throttle
from accounts.models import User

REFUSED = "That passkey was not accepted: try again, or use another way."
LONGEST = 20_000  # characters; an answer with an attestation has a few thousand
PARTS = ("clientDataJSON", "authenticatorData", "signature", "attestationObject", "userHandle")


def plausible(credential: Any) -> bool:
    """Returns whether it is shaped like a PublicKeyCredential as JSON (W3C Web Authentication Level 3, section 5.1)."""
    if not isinstance(credential, dict) or not isinstance(response := credential.get("response"), dict):
        return False
    named = [credential.get("id"), credential.get("rawId"), credential.get("type"), response.get("clientDataJSON")]
    optional = [response.get(part) for part in PARTS]
    extensions = credential.get("clientExtensionResults", {})
    return (
        all(isinstance(each, str) for each in named)
        and all(each is None or isinstance(each, str) for each in optional)
        and isinstance(extensions, dict)
    )


class CredentialField(forms.JSONField):
    """Reads the browser's answer as a script sends it. Its length is bounded, and too deep nesting is refused."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            if isinstance(value, str) and len(value) <= LONGEST:
                return super().to_python(value)
        except (RecursionError, ValueError):  # ValueError: a number with more digits than Python reads
            pass
        raise ValidationError(REFUSED)


def as_text(options: dict[str, Any]) -> str:
    """Returns the options to sign, as JSON for the page."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class PasskeyForm(AuthenticateWebAuthnForm):
    """Takes a passkey instead of a code, or (with user=None) instead of name and password."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        if not plausible(credential):
            raise ValidationError(REFUSED)
        authenticator = throttle.passkey(context.request, self.user or _owner(credential), self._verified)
        if authenticator is None:
            raise ValidationError(REFUSED)
        return authenticator

    def _verified(self) -> Authenticator | None:
        try:
            authenticator: Authenticator = super().clean_credential()
        except (ValidationError, ValueError):  # ValueError: invalid base64 or CBOR
            return None
        return authenticator


class PasskeySignInForm(PasskeyForm):
    """Signs in by the passkey alone: the passkey names its user."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)


class PasskeyAgainForm(PasskeyForm):
    """Confirms a user who is already signed in."""

    reauthenticated = True


def _owner(credential: dict[str, Any]) -> User | None:
    try:
        owner: User = auth.extract_user_from_response(credential)
    except ValidationError:
        return None
    return owner
