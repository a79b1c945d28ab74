"""Adapts allauth's second factors: encrypts the secrets, and sets our names and messages."""

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from accounts import humanize, keyrings
from accounts.models import User

NAME = "Millrace"  # authenticator apps and browsers list the site under this name
WRONG_CODE = "That code is not right, or was used already: wait for the next one and try again."


class MFAAdapter(DefaultMFAAdapter):
    """Encrypts TOTP seeds with the key ring, and names passkeys after the device."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def encrypt(self, text: str) -> str:
        return keyrings.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return keyrings.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return NAME

    def get_totp_label(self, user: User) -> str:
        """Returns the user name with the host, for people with accounts on several hosts."""
        return f"{user.get_username()}@{context.request.get_host()}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"name": user.get_username(), "display_name": user.get_username()}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        name = humanize.device(context.request.META.get("HTTP_USER_AGENT", ""))
        return name[:1].upper() + name[1:]
