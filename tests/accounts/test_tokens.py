from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from accounts import keyrings, tokens
from accounts.models import ApiToken, User
from tests.accounts.conftest import SEED

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
READ = ["read:dashboards"]


def made(user: User, **changes: object) -> tuple[ApiToken, str]:
    token, text = tokens.make(user, "nightly report", READ, 90, NOW)
    ApiToken.objects.filter(pk=token.pk).update(**changes)
    return token, text


def reason(text: str, scope: str = "read:dashboards", now: datetime = NOW) -> str:
    with pytest.raises(tokens.Refused) as caught:
        tokens.check(text, scope, now)
    return caught.value.reason


def test_a_token_has_256_random_bits_and_a_prefix_that_scanners_know(ada: User) -> None:
    texts = {made(ada)[1] for _ in range(5)}
    assert len(texts) == 5 and all(tokens.SHAPE.fullmatch(text) for text in texts)
    asked = list[int]()
    tokens.make(ada, "x", READ, 1, NOW, lambda size: asked.append(size) or "A" * 43)  # type: ignore[func-returns-value]
    assert asked == [32]


def test_database_rows_hold_no_token(ada: User) -> None:
    _, text = made(ada)
    row = ApiToken.objects.values().get()
    assert not any(text[4:-4] in str(value) for value in row.values())
    assert row["digest"] == keyrings.digest("api-token", text)


def test_a_token_works_for_its_scope_until_it_expires(ada: User) -> None:
    _, text = made(ada)
    last = NOW + timedelta(days=90) - timedelta(seconds=1)
    assert tokens.check(text, "read:dashboards", last).user == ada
    assert reason(text, now=last + timedelta(seconds=1)) == "expired"


def test_token_in_use_survives_a_rotation_of_keys(ada: User, settings: Settings) -> None:
    old, new = settings.FIELD_KEYS, f"k2:{'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY='}"
    used, unused = made(ada)[1], made(ada)[1]
    settings.FIELD_KEYS = f"{new} {old}"
    tokens.check(used, READ[0], NOW)
    settings.FIELD_KEYS = new
    assert tokens.check(used, READ[0], NOW).user == ada
    assert reason(unused) == "unknown"


def test_a_token_for_named_streams_opens_no_other(ada: User) -> None:
    text = tokens.make(ada, "x", ["write:streams"], 1, NOW, streams=["logs-*"])[1]
    assert tokens.check(text, "write:streams", NOW, "logs-a").user == ada
    with pytest.raises(tokens.Refused, match="limited to other streams"):
        tokens.check(text, "write:streams", NOW, "orders")


def test_refused_token_names_the_reason(ada: User) -> None:
    assert reason(made(ada)[1], scope="ingest") == "scope"
    assert reason(made(ada, revoked=NOW)[1]) == "revoked"
    assert reason("mlr_" + "A" * 43) == "unknown"
    text = made(ada)[1]
    User.objects.update(is_active=False)
    assert reason(text) == "deactivated"


@pytest.mark.parametrize(
    "text", ["", "mlr_", "x" * 47, "mlr_" + "A" * 1_000_000, "mlr_" + "A" * 42 + "\x00", "mlr_" + "ä" * 43]
)
def test_malformed_token_is_unknown_without_a_query(text: str, db: None) -> None:
    with TestCase().assertNumQueries(0):
        assert reason(text) == "unknown"


def test_token_use_is_recorded_each_minute_and_for_each_new_address(ada: User) -> None:
    token, _ = made(ada)
    uses = [("192.0.2.1", 0), ("192.0.2.1", 59), ("192.0.2.1", 60), ("192.0.2.2", 61), ("192.0.2.1", 62)]
    found, written = list[bool](), list[datetime | None]()
    for address, second in uses:
        token.refresh_from_db()
        found.append(tokens.note_use(token, address, NOW + timedelta(seconds=second)))
        token.refresh_from_db()
        written.append(token.used)
    assert found == [False, False, False, True, False]
    assert written == [NOW + timedelta(seconds=second) for second in (0, 0, 60, 61, 61)]
    assert token.addresses == ["192.0.2.2", "192.0.2.1"]


def test_token_remembers_a_bounded_number_of_addresses(ada: User) -> None:
    token, _ = made(ada)
    for number in range(30):
        tokens.note_use(token, f"192.0.2.{number}", NOW)
        token.refresh_from_db()
    assert len(token.addresses) == tokens.REMEMBERED and token.addresses[0] == "192.0.2.29"


def test_user_has_a_bounded_number_of_valid_tokens(ada: User) -> None:
    for _ in range(tokens.MOST):
        made(ada)
    with pytest.raises(tokens.TooManyError, match="revoke one"):
        made(ada)
    assert tokens.revoke(ada.api_tokens.all(), NOW) == tokens.MOST
    made(ada)


def test_revoked_token_keeps_its_first_time_when_revoked_again(ada: User) -> None:
    token, _ = made(ada)
    assert [tokens.revoke(ada.api_tokens.all(), NOW + timedelta(days=day)) for day in (1, 2)] == [1, 0]
    token.refresh_from_db()
    assert token.revoked == NOW + timedelta(days=1)
    assert list(tokens.listed(ada)) == []


@pytest.mark.parametrize(("scopes", "days"), [(["everything"], 90), (READ, 0), (READ, 366)])
def test_token_with_too_long_a_life_or_unknown_scope_is_not_made(ada: User, scopes: list[str], days: int) -> None:
    with pytest.raises(ValueError, match="days for"):
        tokens.make(ada, "x", scopes, days, NOW)


def test_token_is_suspended_while_its_owner_lacks_a_required_factor(ada: User, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = "staff"
    User.objects.update(is_staff=True)
    text = made(ada)[1]
    assert reason(text) == "second factor needed"
    ada.refresh_from_db()
    TOTP.activate(ada, SEED)
    assert tokens.check(text, READ[0], NOW).user == ada


def test_token_is_suspended_while_its_owner_has_a_printed_password(ada: User, settings: Settings) -> None:
    settings.DEBUG = False
    text = made(ada)[1]
    User.objects.update(provisional_until=NOW)
    assert reason(text) == "password of your own needed"


def test_new_password_command_revokes_tokens(ada: User) -> None:
    _, text = tokens.make(ada, "cron", READ, 90, timezone.now())
    call_command("new_password", "ada", stdout=StringIO())
    assert reason(text, now=timezone.now()) == "revoked"
