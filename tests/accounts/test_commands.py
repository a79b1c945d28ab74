from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertRedirects

from accounts.adapters import MISMATCH
from accounts.models import User
from accounts.passwords import ALPHABET, generated
from accounts.sessions import valid_sessions
from tests.accounts.conftest import PASSWORD, session_of

OWN = "/accounts/password/change/"

pytestmark = pytest.mark.usefixtures("db", "fast_bcrypt")


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_generated_password_has_a_hundred_bits_and_no_two_look_alike_characters() -> None:
    assert len(set(ALPHABET)) == 32 and not set(ALPHABET) & set("l1o0IO")
    assert generated(lambda alphabet: alphabet[0]) == "aaaaa-aaaaa-aaaaa-aaaaa"
    assert generated() != generated()


def test_first_user_signs_in_with_the_printed_password(client: Client) -> None:
    words = told("first_user").split()
    name, password = words[words.index("name") + 1], words[words.index("password") + 1]
    assert "http://localhost:8000/accounts/sign-in/" in words
    assert client.post("/accounts/sign-in/", {"username": name, "password": password}).status_code == 302
    user = User.objects.get()
    assert (name, user.is_staff, user.is_superuser) == ("admin", True, True)


def test_first_user_is_made_once_and_named_afterwards() -> None:
    told("first_user", "--name", "ada")
    before = User.objects.get().password
    said = told("first_user")
    assert ".venv/bin/python manage.py new_password ada" in said and "password   " not in said
    assert User.objects.get().password == before


@pytest.mark.parametrize("name", ["", "a b", "x" * 151])
def test_first_user_refuses_an_invalid_name(name: str) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("first_user", "--name", name, stderr=errors)
    assert "cannot be a user name" in errors.getvalue()
    assert User.objects.count() == 0


def test_new_password_works_and_ends_older_sessions(client: Client, signed_in: Client, ada: User) -> None:
    before = session_of(signed_in)
    password = told("new_password", "ada").split()[-1]
    assert valid_sessions([before]) == {}
    assert client.post("/accounts/sign-in/", {"username": "ada", "password": password}).status_code == 302


@pytest.fixture
def printed(ada: User) -> dict[str, str]:
    """Returns the password that a command has given to Ada."""
    return {"username": "ada", "password": told("new_password", "ada").split()[-1]}


def test_printed_password_leads_only_to_choosing_a_new_one(client: Client, printed: dict[str, str]) -> None:
    client.post("/accounts/sign-in/", printed)
    assertRedirects(client.get("/market/"), OWN)
    assertContains(client.get(OWN), "printed by a command")
    assert valid_sessions([session_of(client)]) == {}
    assert client.get("/live/market.json", headers={"accept": "*/*"}).status_code == 403
    mine = {"old": printed["password"], "password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assertRedirects(client.post(OWN, mine), "/accounts/security/")
    assert client.get("/market/").status_code == 200


def test_printed_password_expires_after_72_hours(client: Client, printed: dict[str, str], settings: Settings) -> None:
    User.objects.update(provisional_until=timezone.now())
    assertContains(client.post("/accounts/sign-in/", printed), MISMATCH)
    settings.DEBUG = True  # on a laptop it is as good as any
    assert client.post("/accounts/sign-in/", printed).status_code == 302
    assert client.get("/market/").status_code == 200


def test_new_password_refuses_an_unknown_user() -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("new_password", "eve", stderr=errors)
    assert errors.getvalue().startswith("No user is called 'eve'")


def test_commands_report_a_database_without_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(User._meta, "db_table", "no_such_table")
    errors = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("new_password", "ada", stderr=errors)
    assert errors.getvalue().endswith("If its tables are missing, run: .venv/bin/python manage.py migrate\n")
