"""Passkeys: what browsers answer is checked by fido2, through allauth; what it is not made for is refused before."""

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
LONGEST = 20_000  # characters; with an attestation it is a few thousand
PARTS = ("clientDataJSON", "authenticatorData", "signature", "attestationObject", "userHandle")


def plausible(credential: Any) -> bool:
    """Whether it has the shape of a PublicKeyCredential as JSON (W3C Web Authentication Level 3, section 5.1)."""
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
    """What a script sends of what its browser answered: bounded, for JSON may also nest too deep for its reader."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            if isinstance(value, str) and len(value) <= LONGEST:
                return super().to_python(value)
        except (RecursionError, ValueError):  # the latter: a number of more digits than Python reads
            pass
        raise ValidationError(REFUSED)


def as_text(options: dict[str, Any]) -> str:
    """What a browser shall sign, as it stands in a page."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class PasskeyForm(AuthenticateWebAuthnForm):
    """A passkey instead of a code, or (with user=None) instead of name and password."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        if not plausible(credential):
            raise ValidationError(REFUSED)
        found = throttle.passkey(context.request, self.user or _owner(credential), self._verified)
        if found is None:
            raise ValidationError(REFUSED)
        return found

    def _verified(self) -> Authenticator | None:
        try:
            found: Authenticator = super().clean_credential()
        except (ValidationError, ValueError):  # the latter: base64 or CBOR that is none
            return None
        return found


class PasskeySignInForm(PasskeyForm):
    """Alone: the passkey says whose it is."""

    passwordless = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=None, **kwargs)


class PasskeyAgainForm(PasskeyForm):
    """By somebody who is signed in already."""

    reauthenticated = True


def _owner(credential: dict[str, Any]) -> User | None:
    try:
        owner: User = auth.extract_user_from_response(credential)
    except ValidationError:
        return None
    return owner
