"""Roles: the table of docs/roles.md is what every address, scope and change of a role is compared with."""

import re
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.asserts import assertContains

from accounts import access, invitations, people, roles, tokens
from accounts.models import ApiToken, Invitation, SecurityEvent, User
from tests.login.test_gate import ROUTES, sample

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/roles.md").read_text()
COLUMNS = ["signed out", *roles.ROLES]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|\n").split("|")]


TABLE = [
    (pattern, [cell == "yes" for cell in line[2:]])
    for line in (cells(text) for text in DOCUMENT.splitlines() if text.startswith("|"))
    if len(line) == 2 + len(COLUMNS)
    for pattern in re.findall("`(.+?)`", line[1])
]


def promised(path: str, method: str) -> list[bool]:
    """Returns what the table says: for each column, whether it may."""
    fitting = [
        (" " in pattern, len(pattern), may)
        for pattern, may in TABLE
        if fnmatchcase(path, pattern.rpartition(" ")[2]) and pattern.rpartition(" ")[0] in ("", method)
    ]
    assert fitting, f"docs/roles.md has no row for {path}"
    return max(fitting)[2]


def may(client: Client, path: str, method: str) -> bool | None:
    """Asks, and undoes what the answer did. None: the address does not take the method."""
    kept = dict(client.cookies)
    with transaction.atomic():
        answer = client.generic(method, path)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.update(kept)
    if answer.status_code == 405:
        return None
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/sign-in/?next=")
    return not (to_sign_in or answer.status_code in (401, 403))


@pytest.fixture
def clients(db: None) -> list[Client]:
    """A browser for each column of the table."""
    found = [Client(raise_request_exception=False) for _ in COLUMNS]
    for role, client in zip(roles.ROLES, found[1:], strict=True):
        client.force_login(person(role, role))
    return found


def person(name: str, role: str) -> User:
    """Makes a user with a role."""
    user = User.objects.create_user(name)
    User.objects.filter(pk=user.pk).update(**roles.flags(role))
    return user


def test_every_address_answers_each_role_as_documented(clients: list[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_, **__: "")  # for speed alone
    wrong = []
    for path in sorted({sample(route) for route in ROUTES}):
        for method in ("GET", "POST"):
            found = [may(client, path, method) for client in clients]
            if found[-1] is None:
                continue
            if found != promised(path, method):
                wrong.append(f"{method} {path}: {found}")
    assert wrong == []


def test_scopes_of_each_role_are_as_documented() -> None:
    rows = [cells(text) for text in DOCUMENT.splitlines() if re.match("[|] `[a-z]+:", text)]
    found = {row[0].strip("`"): [cell == "yes" for cell in row[1:]] for row in rows}
    assert found == {scope: [scope in role.scopes for role in roles.ROLES.values()] for scope in access.SCOPES}


def test_viewer_cannot_give_a_token_the_scopes_of_an_operator(confirmed: Client) -> None:
    form = {"label": "x", "days": "90", "scopes": ["write:streams"]}
    assertContains(confirmed.post("/accounts/tokens/new/", form), "There is no such permission", status_code=422)
    assert not ApiToken.objects.exists()


def give(admin: Client, user: User, role: str) -> str:
    """Gives the role on the page of the person; returns the role that the person then has."""
    admin.post(f"/accounts/people/{user.pk}/make-{role}/", {"name": user.username})
    return User.objects.get(pk=user.pk).role


def test_roles_are_given_and_are_in_the_history(staff: Client) -> None:
    bob = User.objects.create_user("bob")
    assert [give(staff, bob, role) for role in reversed(roles.ROLES)] == [*reversed(roles.ROLES)]
    told = SecurityEvent.objects.filter(user=bob, name="user.role-changed", notice=True).order_by("pk")
    assert [event.facts for event in told] == [
        {"was": "viewer", "role": "administrator", "by": "ada"},
        {"was": "administrator", "role": "operator", "by": "ada"},
        {"was": "operator", "role": "viewer", "by": "ada"},
    ]


def test_lower_role_revokes_the_tokens_that_may_do_more(staff: Client) -> None:
    bob = User.objects.create_user("bob", is_staff=True)
    reader, _ = tokens.make(bob, "reader", ["read:dashboards"], 90, timezone.now())
    tokens.make(bob, "writer", ["read:dashboards", "write:streams"], 90, timezone.now())
    page = staff.get(f"/accounts/people/{bob.pk}/make-viewer/")
    assertContains(page, "1 of their tokens and keys may do more and are revoked for good")
    assert give(staff, bob, "viewer") == "viewer"
    assert [*tokens.valid(bob, timezone.now())] == [reader]


def test_tokens_of_others_are_revoked_by_an_administrator(staff: Client) -> None:
    bob = User.objects.create_user("bob")
    tokens.make(bob, "reader", ["read:dashboards"], 90, timezone.now())
    staff.post(f"/accounts/people/{bob.pk}/revoke/", {"name": "bob"})
    assert [*tokens.valid(bob, timezone.now())] == []


def test_an_active_administrator_is_left_after_any_acts(db: None) -> None:
    """Each of three administrators acts on a copy read before the others acted, as at the same moment."""
    pks = [person(name, "administrator").pk for name in "abc"]
    random, verbs = Random(7), ["make-viewer", "make-operator", "make-administrator", "deactivate", "activate"]
    for _ in range(40):
        stale = [User.objects.get(pk=pk) for pk in pks]
        for _ in range(3):
            people.perform(random.choice(verbs), random.choice(stale), random.choice(stale), RequestFactory().post("/"))
        assert User.objects.filter(is_active=True, is_superuser=True, is_staff=True).exists()


def test_migration_keeps_the_rights_of_everybody(db: None) -> None:
    for name, staff, root in (("staff", True, False), ("root", False, True), ("viewer", False, False)):
        User.objects.create_user(name, is_staff=staff, is_superuser=root)
    invitations.make("eve", timezone.now(), role="operator")
    import_module("accounts.migrations.0013_roles").keep_rights(apps, None)
    found = {user.username: user.role for user in User.objects.all()} | {"eve": Invitation.objects.get().role}
    assert found == {"staff": "administrator", "root": "administrator", "viewer": "viewer", "eve": "administrator"}
