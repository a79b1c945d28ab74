import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from accounts import access, access_keys, credentials, keyrings, retention, rotation, tokens
from accounts.access import Grant
from accounts.models import AccessKey, SecurityEvent, User
from tests.accounts.test_keyrings import NEW, OLD, item

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WRITE = ["write:streams"]


def made(user: User, **changes: object) -> tuple[AccessKey, str]:
    key, secret = access_keys.make(user, "agent", WRITE, 90, NOW, streams=["orders"])
    AccessKey.objects.filter(pk=key.pk).update(**changes)
    return key, secret


def found(key: AccessKey, now: datetime = NOW) -> access_keys.Found:
    answer = access_keys.find(key.access_key_id, now)
    assert answer
    return answer


def test_an_access_key_has_amazons_lengths_and_is_found_with_its_secret(ada: User) -> None:
    key, secret = made(ada)
    assert access_keys.SHAPE.fullmatch(key.access_key_id) and len(key.access_key_id) == 20
    assert len(secret) == access_keys.SECRET and secret.isalnum()
    answer = found(key)
    assert (answer.secret, answer.owner, answer.state, answer.row) == (secret, ada, "active", key)
    assert answer.grant == Grant(frozenset(WRITE), ("orders",))
    assert secret not in repr(answer)


def test_database_rows_and_the_log_hold_no_secret(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    secret = made(ada)[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_accesskey")
        assert secret not in repr(cursor.fetchall())
    out = StringIO()
    call_command("access_key", "--user", "ada", "--json", stdout=out)
    assert json.loads(out.getvalue())["secret_access_key"] not in caplog.text
    assert "access-key.made" in caplog.text


def test_state_of_a_key_names_the_reason_against_it(ada: User, settings: Settings) -> None:
    key, _ = made(ada)
    assert found(key, NOW + timedelta(days=90)).state == "expired"
    settings.REQUIRE_SECOND_FACTOR = "all"
    assert found(key).state == "second factor needed"
    settings.DEBUG = False
    User.objects.update(provisional_until=NOW)
    assert found(key).state == "password of your own needed"
    User.objects.update(is_active=False)
    assert found(key).state == "deactivated"
    access_keys.revoke(ada.access_keys.all(), NOW)
    assert found(key).state == "revoked"


@pytest.mark.parametrize("text", ["", "AKIAIOSFODNN7EXAMPLE", "MLRK" + "a" * 16, "MLRK" + "A" * 1_000_000, "MLRK\x00"])
def test_malformed_id_is_unknown_without_a_query(text: str, db: None) -> None:
    with TestCase().assertNumQueries(0):
        assert access_keys.find(text, NOW) is None


def test_finder_asks_once_a_second_and_refuses_a_revoked_key_after_it(ada: User) -> None:
    key, now = made(ada)[0], [0.0]
    finder = access_keys.Finder(lasts=1, clock=lambda: now[0])
    with TestCase().assertNumQueries(1):
        states = [finder.find(key.access_key_id, NOW) for _ in range(3)]
    assert [each.state for each in states if each] == ["active"] * 3
    access_keys.revoke(ada.access_keys.all(), NOW)
    now[0] = 1.0
    after = finder.find(key.access_key_id, NOW)
    assert after and after.state == "revoked"
    assert finder.find("MLRK" + "A" * 16, NOW) is None


def test_finder_remembers_a_bounded_number_of_keys(ada: User) -> None:
    keys, finder = [made(ada)[0] for _ in range(4)], access_keys.Finder(most=2)
    for key in keys:
        assert finder.find(key.access_key_id, NOW)
    assert len(finder._known) == 2


def test_new_password_revokes_tokens_and_keys_with_an_event_for_each_kind(ada: User) -> None:
    now = timezone.now()
    access_keys.make(ada, "agent", WRITE, 90, now)
    tokens.make(ada, "cron", ["read:dashboards"], 90, now)
    call_command("new_password", "ada", stdout=StringIO())
    assert not credentials.has_valid(ada, now)
    facts = {"reason": "password changed", "count": 1, "by": "the command line"}
    for name in ("tokens.revoked", "access-keys.revoked"):
        assert SecurityEvent.objects.get(name=name).facts == facts


def test_rotation_of_keys_reaches_the_secrets(ada: User, settings: Settings) -> None:
    settings.FIELD_KEYS = item("old", OLD)
    key, secret = made(ada)
    settings.FIELD_KEYS = f"{item('new', NEW)} {item('old', OLD)}"
    assert rotation.ACCESS_KEYS in rotation.REGISTRY and rotation.rotate(rotation.ACCESS_KEYS).anew == 1
    settings.FIELD_KEYS = item("new", NEW)
    assert found(key).secret == secret
    settings.FIELD_KEYS = item("old", OLD)
    with pytest.raises(keyrings.KeyRingError):
        found(key)


def test_retention_removes_keys_long_revoked_or_expired(ada: User) -> None:
    gone, living = made(ada, revoked=NOW)[0], made(ada)[0]
    outlived = retention.outlived(NOW + timedelta(days=91))[AccessKey]
    assert list(outlived) == [gone] and living not in outlived


def test_user_has_a_bounded_number_of_valid_keys(ada: User) -> None:
    for _ in range(credentials.MOST):
        made(ada)
    with pytest.raises(credentials.TooManyError, match="25 access keys: revoke one"):
        made(ada)


@pytest.mark.parametrize("scopes", [["read:dashboards"], ["everything"]])
def test_key_for_anything_but_streams_is_not_made(ada: User, scopes: list[str]) -> None:
    with pytest.raises(ValueError, match="for"):
        access_keys.make(ada, "x", scopes, 90, NOW)


def test_use_of_a_key_from_a_further_address_is_noted(ada: User) -> None:
    key, _ = made(ada)
    assert access_keys.note_use(key, "192.0.2.1", NOW) is False
    key.refresh_from_db()
    assert access_keys.note_use(key, "192.0.2.2", NOW) is True
    key.refresh_from_db()
    assert (key.used, key.addresses) == (NOW, ["192.0.2.2", "192.0.2.1"])


def test_command_lists_and_revokes_keys(ada: User) -> None:
    out = StringIO()
    call_command("access_key", "--user", "ada", "--stream", "orders", "--stream", "logs-*", "--json", stdout=out)
    key_id = json.loads(out.getvalue())["access_key_id"]
    listed = StringIO()
    call_command("access_key", "--list", "--json", stdout=listed)
    row = json.loads(listed.getvalue())
    assert (row["access_key_id"], row["streams"]) == (key_id, ["logs-*", "orders"])
    assert row["scopes"] == sorted(access.OF_STREAMS)
    call_command("access_key", "--revoke", key_id, stdout=StringIO())
    assert found(AccessKey.objects.get()).state == "revoked"


def test_command_prints_all_that_a_client_needs_and_a_step_that_is_missing(ada: User, settings: Settings) -> None:
    User.objects.update(provisional_until=NOW)
    settings.DEBUG, settings.ENDPOINT_URL, settings.ENDPOINT_REGION = False, "https://x.example:4567", "eu-west-1"
    out, said = StringIO(), StringIO()
    call_command("access_key", "--user", "ada", stdout=out, stderr=said)
    names = [line.split("=")[0].removeprefix("    export ") for line in out.getvalue().splitlines() if "export" in line]
    wanted = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_KINESIS", "AWS_DEFAULT_REGION"]
    assert names == wanted
    assert "export AWS_ENDPOINT_URL_KINESIS=https://x.example:4567\n" in out.getvalue()
    assert "The key opens nothing until ada signs in" in said.getvalue()
    assert "password of your own needed" in said.getvalue()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Name the owner of the new key: --user NAME."),
        (["--user", "bob"], "No user is called 'bob'."),
        (["--user", "ada", "--label", "a\nb"], "A label has 1 to 60 printable characters."),
        (["--user", "ada", "--stream", "a b"], "A stream's name has 1 to 128 letters"),
        (["--revoke", "MLRKX"], "No access key has the id 'MLRKX': look with --list."),
    ],
)
def test_command_refuses_bad_input_in_a_sentence(ada: User, words: list[str], sentence: str) -> None:
    said = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("access_key", *words, stderr=said)
    assert said.getvalue().startswith(sentence)
