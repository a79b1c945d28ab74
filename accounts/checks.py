"""System checks of what accounts need: keys for hashes and for encryption. In the style of login/checks.py."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error

from accounts import keyrings

NEW_KEY = 'Make one with: echo "k1:$(head -c 32 /dev/urandom | base64)", and set {name}_FILE to the file that holds it.'


def unsafe(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """With DEBUG off: the settings that would leave a hole."""
    return [] if settings.DEBUG else [*_key_rings()]


def _key_rings() -> Iterator[CheckMessage]:
    for name, use, check in (
        ("PASSWORD_KEYS", "Password hashes need it.", "accounts.E001"),
        ("FIELD_KEYS", "Encryption needs it.", "accounts.E002"),
    ):
        for wrong in keyrings.refusals(getattr(settings, name)):
            yield Error(f"{name} {wrong}. {use}", NEW_KEY.format(name=name), id=check)
    if settings.PASSWORD_KEYS and settings.PASSWORD_KEYS.split() == settings.FIELD_KEYS.split():
        hint = "Give each ring keys of its own."
        yield Error("PASSWORD_KEYS and FIELD_KEYS are the same: one leak would open both.", hint, id="accounts.E003")
