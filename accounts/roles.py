"""Defines the roles of people, and maps them to the two flags of Django's user. docs/roles.md has the table of rights.

Each role has the rights of the one before. "Staff" are operators and administrators.
"""

from typing import NamedTuple, Protocol

from accounts import access

VIEWER, OPERATOR, ADMINISTRATOR = "viewer", "operator", "administrator"


class Role(NamedTuple):
    """Describes a role. `about`: its rights, for people. `scopes`: those that it may give a token or a key."""

    title: str
    about: str
    scopes: frozenset[str]
    is_staff: bool
    is_superuser: bool


ROLES = {  # the lowest first
    VIEWER: Role(
        "a viewer",
        "sees the dashboards and boards, and exports them",
        frozenset({access.READ_DASHBOARDS}),
        is_staff=False,
        is_superuser=False,
    ),
    OPERATOR: Role(
        "an operator",
        "also sees and changes streams, records, dead letters, leases, thresholds and SQL applications",
        frozenset(access.SCOPES),
        is_staff=True,
        is_superuser=False,
    ),
    ADMINISTRATOR: Role(
        "an administrator",
        "also invites people and changes their accounts and roles",
        frozenset(access.SCOPES),
        is_staff=True,
        is_superuser=True,
    ),
}
CHOICES = [(name, f"{name.capitalize()}: {role.about}") for name, role in ROLES.items()]


class Flagged(Protocol):
    """Is anything with the two flags: a user, or an invitation."""

    is_staff: bool
    is_superuser: bool


def of(person: Flagged) -> str:
    """Returns the role that the flags mean."""
    if person.is_superuser:
        return ADMINISTRATOR
    return OPERATOR if person.is_staff else VIEWER


def flags(role: str) -> dict[str, bool]:
    """Returns the flags of a role. Raises KeyError for an unknown one."""
    return {"is_staff": ROLES[role].is_staff, "is_superuser": ROLES[role].is_superuser}


def scopes_of(person: Flagged) -> frozenset[str]:
    """Returns the scopes that this person may give a token or a key on the site."""
    return ROLES[of(person)].scopes
