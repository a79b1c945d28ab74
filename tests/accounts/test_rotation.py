from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import keyrings, rotation
from accounts.models import User
from tests.accounts.test_keyrings import NEW, OLD, item

SEEDS = [f"JBSWY3DPEHPK3PX{letter}" for letter in "ABCDEFG"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def both(settings: Settings) -> Settings:
    """Seeds of seven people under the old key, and the new key first in the ring."""
    settings.FIELD_KEYS = item("old", OLD)
    for number, seed in enumerate(SEEDS):
        user = User.objects.create(username=f"user{number}")
        data = {"secret": keyrings.encrypt(seed), "other": 1}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"credential": "public"})
    settings.FIELD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    return settings


def told(*words: str) -> str:
    """Returns the line about the seeds that the command prints."""
    out = StringIO()
    call_command("rotate_keys", *words, stdout=out, stderr=out)
    return out.getvalue().splitlines(keepends=True)[0]


def tokens() -> list[str]:
    rows = Authenticator.objects.filter(type=Authenticator.Type.TOTP).order_by("pk")
    return [row.data["secret"] for row in rows]


def test_rotated_seeds_decrypt_with_the_new_key_alone(both: Settings) -> None:
    assert told() == "seeds of authenticator apps: 7 encrypted anew with key new, 0 had it already\n"
    both.FIELD_KEYS = item("new", NEW)
    assert [keyrings.decrypt(token) for token in tokens()] == SEEDS
    assert Authenticator.objects.filter(data__other=1).count() == 7
    assert Authenticator.objects.filter(data={"credential": "public"}).count() == 7


def test_rotation_changes_nothing_when_repeated(both: Settings) -> None:
    told()
    before = tokens()
    assert told() == "seeds of authenticator apps: 0 encrypted anew with key new, 7 had it already\n"
    assert tokens() == before


def test_rotation_dry_run_counts_and_changes_nothing(both: Settings) -> None:
    before = tokens()
    assert told("--dry-run") == (
        "seeds of authenticator apps: 7 would be encrypted anew with key new, 0 had it already\n"
    )
    assert tokens() == before


def dump() -> str:
    """Every row of every table."""
    with connection.cursor() as cursor:
        rows: list[object] = []
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return repr(rows)


def test_a_dump_of_the_database_holds_no_seed_before_or_after(both: Settings) -> None:
    before = dump()
    told()
    for text in (before, dump()):
        assert "user3" in text and [seed for seed in SEEDS if seed in text] == []
    assert all(token in dump() and token not in before for token in tokens())


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
def test_rotation_in_batches_of_any_size_reaches_every_row(both: Settings, batch: int) -> None:
    assert rotation.rotate(rotation.SEEDS, batch=batch) == rotation.Outcome(anew=7)
    assert all(map(keyrings.is_current, tokens()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: {"secret": "nokey:abc"},
        lambda row: {"secret": "in clear"},
        lambda row: {},
        lambda row: {"secret": None},
    ],
)
def test_rotation_reports_undecryptable_rows_and_goes_on(
    both: Settings, spoil: Callable[[Any], dict[str, Any]]
) -> None:
    row = Authenticator.objects.filter(type=Authenticator.Type.TOTP).order_by("pk")[2]
    row.data = spoil(row)
    row.save()
    said = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("rotate_keys", stdout=said, stderr=said)
    assert f"1 cannot be read (rows {row.pk})" in said.getvalue() and "6 encrypted anew" in said.getvalue()
    assert Authenticator.objects.get(pk=row.pk).data == spoil(row)


def test_rotate_keys_reports_a_missing_ring(settings: Settings) -> None:
    settings.FIELD_KEYS = ""
    said = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("rotate_keys", stderr=said)
    assert said.getvalue() == "FIELD_KEYS holds no key. See docs/runbooks/keys.md.\n"


def test_rotation_takes_few_queries_when_nothing_is_left(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):  # a savepoint around one question
        rotation.rotate(rotation.SEEDS)


def test_a_plain_column_can_be_registered(both: Settings) -> None:
    names = rotation.Encrypted("names", lambda: User.objects.all(), "first_name")
    both.FIELD_KEYS = item("old", OLD)
    User.objects.update(first_name=keyrings.encrypt("Ada"))
    both.FIELD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    assert rotation.rotate(names).anew == 7
    assert {keyrings.decrypt(each.first_name) for each in User.objects.all()} == {"Ada"}
