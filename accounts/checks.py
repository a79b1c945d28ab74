"""System checks for accounts: the keys and the list of common passwords. In the style of login/checks/."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)

from accounts import keyrings
from accounts.passwords import blocklist

NEW_KEY = 'Make one with: echo "k1:$(head -c 32 /dev/urandom | base64)", and set {name}_FILE to the file that holds it.'


def unsafe(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Returns the settings that would leave a hole; with DEBUG on, only those that are wrong in any mode."""
    refused = [] if settings.DEBUG else [*_key_rings(), *_common_passwords(Error, "accounts.E004")]
    return [*_second_factor(), *refused]


def prepared(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Returns, with DEBUG on, a warning if new passwords cannot be compared with the common ones."""
    return [*_common_passwords(Warning, "accounts.W004")] if settings.DEBUG else []


def _common_passwords(kind: type[Error | Warning], check: str) -> Iterator[CheckMessage]:
    try:
        blocklist.read(settings.COMMON_PASSWORDS)
    except (OSError, ValueError):
        says = "New passwords cannot be compared with those that attackers try first: the list is missing or damaged."
        yield kind(says, "Run: make assets", id=check)


def _second_factor() -> Iterator[CheckMessage]:
    required = settings.REQUIRE_SECOND_FACTOR
    if required not in ("staff", "all") and not (settings.DEBUG and required == "none"):
        says = f"REQUIRE_SECOND_FACTOR is {required!r}, which names nobody."
        yield Error(says, 'Set it to "staff" or "all".', id="accounts.E005")


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
