"""User names: one form, one alphabet, and none that can be mistaken for another."""

import unicodedata
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import invitations, names
from accounts.models import User
from accounts.throttle.attempts import find
from tests.accounts.conftest import PASSWORD

LIGATURE, CYRILLIC = "\ufb01ona", "b\u043ess"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (LIGATURE, "Write the user name as fiona"),
        (CYRILLIC, "mixes Cyrillic and Latin letters"),
        ("\u03bfmega", "mixes Greek and Latin letters"),
    ],
)
def test_name_of_another_form_or_two_alphabets_is_refused(name: str, says: str, db: None) -> None:
    with pytest.raises(ValidationError, match=says):
        invitations.make(name, timezone.now())


@pytest.mark.parametrize("name", ["ada", "Ada.B+1@example", "мария", "ελένη", "李明", "josé", "ada李"])
def test_name_of_one_alphabet_is_accepted(name: str, db: None) -> None:
    assert invitations.make(name, timezone.now())[0].username == name


@pytest.mark.parametrize(
    ("there", "asked"),
    [("coco", "сосо"), ("Ärger", "äRGER"), ("strasse", "straße"), ("boss", "BOSS"), ("сосо", "coco")],
)
def test_name_that_looks_like_an_existing_one_is_refused(there: str, asked: str, ada: User) -> None:
    User.objects.create_user(there)
    with pytest.raises(ValidationError, match="one that looks like it"):
        invitations.make(asked, timezone.now())


@given(st.text(max_size=20))
def test_likeness_is_equal_for_all_forms_and_cases_of_a_name(name: str) -> None:
    kept = names.plain(name)
    forms = [unicodedata.normalize(form, kept) for form in ("NFC", "NFD", "NFKD")]
    assert {names.likeness(each) for each in (f" {name}", kept.casefold(), *forms)} == {names.likeness(name)}


def test_one_of_two_invitations_with_alike_names_is_accepted(ada: User) -> None:
    made = [invitations.make(name, timezone.now())[0] for name in ("ss", "SS", "ß")]
    accepted = [invitations.accept(each, PASSWORD, timezone.now()) for each in made]
    assert [user is not None for user in accepted] == [True, False, False]


def test_first_user_name_follows_the_rules_of_names(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("first_user", name=LIGATURE)
    assert (ended.value.code, User.objects.count()) == (2, 0)
    assert "Write the user name as fiona" in capsys.readouterr().err


def test_older_alike_accounts_are_found_by_their_exact_names(ada: User) -> None:
    User.objects.create_user("fiona")
    User.objects.bulk_create([User(username=LIGATURE)])
    assert [getattr(find(name), "username", None) for name in ("fiona", LIGATURE, "FIONA")] == [
        "fiona",
        LIGATURE,
        "fiona",
    ]


def test_password_opens_only_the_account_with_its_failure_count(client: Client, ada: User) -> None:
    User.objects.bulk_create([User(username=LIGATURE, password=ada.password)])
    User.objects.create_user("fiona", password="another passphrase of words")
    client.post("/accounts/sign-in/", {"username": "fiona", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post("/accounts/sign-in/", {"username": LIGATURE, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(User.objects.get(username=LIGATURE).pk)


def test_migration_gives_the_likeness_to_the_oldest_alike_account(ada: User) -> None:
    User.objects.bulk_create([User(username=name) for name in ("fiona", LIGATURE)])
    User.objects.update(likeness=None)
    import_module("accounts.migrations.0010_names_and_ended_sessions").fill(apps, None)
    found = dict(User.objects.values_list("username", "likeness"))
    assert found == {"ada": names.likeness("ada"), "fiona": names.likeness("fiona"), LIGATURE: None}
