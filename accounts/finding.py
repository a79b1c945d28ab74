"""Finds the pages of one's own account and, for administrators, people."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models.functions import Length
from django.urls import reverse

from accounts import people, roles
from common.finding import Hit, Person, fits


class Page(NamedTuple):
    """Is a page of settings. `role`: the lowest that may open it."""

    title: str
    url: str  # its name
    about: str
    role: str = roles.VIEWER


PAGES = [
    Page("Security", "mfa_index", "your password and second factors"),
    Page("Change the password", "account_change_password", "of your account"),
    Page("Authenticator app", "mfa_activate_totp", "add a second factor"),
    Page("Add a passkey", "mfa_add_webauthn", "a second factor, or in place of the password"),
    Page("Recovery codes", "recovery-codes", "for a lost second factor"),
    Page("Sessions", "sessions", "where you are signed in, and how to sign out there"),
    Page("History", "history", "security events of your account"),
    Page("Tokens and access keys", "tokens", "for scripts and Kinesis clients"),
    Page("New API token", "token-new", "for a script"),
    Page("New access key", "key-new", "for a Kinesis client", roles.OPERATOR),
    Page("People", "people", "accounts, roles and invitations", roles.ADMINISTRATOR),
    Page("Invite somebody", "invite", "make an account", roles.ADMINISTRATOR),
]


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields pages, then people. A text finds pages by their title and what they are about."""
    ranks = list(roles.ROLES)
    own = ranks.index(roles.of(person))
    fitting = [page for page in PAGES if ranks.index(page.role) <= own and fits(text, page.title, page.about)]
    for page in fitting[:most]:
        yield Hit("setting", page.title, reverse(page.url), page.about)


def find_people(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields people whose user name holds the text, for administrators."""
    if text and roles.of(person) == roles.ADMINISTRATOR:
        for user in people.search(text).order_by(Length("username"), "username")[:most]:
            about = user.role if user.is_active else "deactivated"
            yield Hit("person", user.get_username(), reverse("person", args=[user.pk]), about)
