"""Retention of people's data: rows that may go, and rows that must stay at any age."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model

from accounts import invitations, retention, tokens
from accounts.models import ApiToken, Invitation, SecurityEvent, Session, User

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def going(model: type[Model]) -> list[Any]:
    return list(retention.outlived(NOW)[model].order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create(username="ada", password="-")


def event(user: User, name: str, days: int, **fields: Any) -> int:
    return SecurityEvent.objects.create(user=user, name=name, at=days_ago(days), **fields).pk


def test_retention_keeps_newest_event_of_each_kind_and_unseen_notices(ada: User) -> None:
    old = event(ada, "sign-in.succeeded", 500)
    event(ada, "password.changed", 500)
    event(ada, "device.new", 500, notice=True)
    seen = event(ada, "device.new", 499, notice=True, seen_at=days_ago(498))
    event(ada, "device.new", 499, notice=True)
    event(ada, "sign-in.succeeded", 450)
    assert going(SecurityEvent) == [old, seen]
    event(ada, "sign-in.succeeded", 1)
    assert len(going(SecurityEvent)) == 3


def test_retention_removes_expired_sessions(ada: User) -> None:
    ids = []
    for key, expires in (("gone", days_ago(1.01)), ("living", NOW + timedelta(seconds=1))):
        times = {name: days_ago(2) for name in ("began", "seen", "authenticated")}
        times |= {"expire_date": expires, "ends": expires}
        ids.append(Session.objects.create(key_hash=key, session_data="", user=ada, auth_hash="", **times).pk)
    assert going(Session) == ids[:1]


def test_retention_removes_tokens_long_revoked_or_expired(ada: User) -> None:
    made = [tokens.make(ada, "a", ["read:dashboards"], days, days_ago(200))[0] for days in (100, 150, 365, 365)]
    ApiToken.objects.filter(pk=made[2].pk).update(revoked=days_ago(91))
    assert going(ApiToken) == [made[0].pk, made[2].pk]


def test_retention_removes_used_and_expired_invitations(db: None) -> None:
    made = [invitations.make(name, days_ago(days))[0] for name, days in (("ada", 100), ("bob", 90), ("eve", 1))]
    assert going(Invitation) == [made[0].pk]
