"""Defines how long rows about people are kept; login/janitor.py removes the older ones."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts import failed_sign_ins
from accounts.models import (
    AccessKey,
    ApiToken,
    Bucket,
    Device,
    EndedSession,
    FailedSignIns,
    Invitation,
    RecoveryCode,
    SecurityEvent,
    Session,
    TotpUse,
    User,
)
from accounts.sessions import ended
from accounts.throttle import devices, store
from common.retention import kept_since

NOT_GROWING: dict[type[Model], str] = {
    User: "people are made and removed by people",
    RecoveryCode: "ten of a person; new ones take the old ones' place",
    TotpUse: "one of an authenticator app",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the rows that have been kept long enough, by model."""
    spent = kept_since(now, settings.RETENTION_CREDENTIALS)
    return {
        Session: Session.objects.filter(expire_date__lt=now - ended.LASTS),  # until then it says why a session ended
        EndedSession: ended.outlived(now),
        SecurityEvent: _events(kept_since(now, settings.RETENTION_EVENTS)),
        FailedSignIns: failed_sign_ins.outlived(now, kept_since(now, settings.RETENTION_EVENTS)),
        ApiToken: ApiToken.objects.filter(Q(revoked__lt=spent) | Q(expires__lt=spent)),
        AccessKey: AccessKey.objects.filter(Q(revoked__lt=spent) | Q(expires__lt=spent)),
        Invitation: Invitation.objects.filter(Q(used_at__lt=spent) | Q(expires_at__lt=spent)),
        Device: devices.outlived(now),
        Bucket: store.outlived(now.timestamp()),
    }


def _events(before: datetime) -> QuerySet[SecurityEvent]:
    """Returns the events before that time, except unseen notices and each user's newest event of a kind.

    The newest sign-in decides whether a device is new; the newest change of the password gives its age.
    """
    newer = SecurityEvent.objects.filter(user=OuterRef("user"), name=OuterRef("name"), pk__gt=OuterRef("pk"))
    return SecurityEvent.objects.filter(Exists(newer), at__lt=before).exclude(notice=True, seen_at=None)
