"""Invitations: how accounts are made. The link is shown once, works once and for 72 hours."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts import events, keyrings
from accounts.models import Invitation, User, named

LASTS = timedelta(hours=72)
PURPOSE = "invitation"
TAKEN = "There is an account of that name, or of one that looks like it: choose another."


def make(
    username: str, now: datetime, *, email: str = "", is_staff: bool = False, made_by: User | None = None
) -> tuple[Invitation, str]:
    """A new invitation and the path of its page, which nobody can show again. One of before, of that name, ends.

    Raises ValidationError for a name that cannot be, for one that is taken or looks like one that is (whether it is
    free is asked again when the invitation is accepted), and for an address that is none.
    """
    User(username=username, email=email, password="-").clean_fields()  # noqa: S106 - a password is not empty
    if named(username).exists():
        raise ValidationError({"username": TAKEN})
    secret = secrets.token_urlsafe(32)
    Invitation.objects.filter(username=username, used_at=None).update(used_at=now)
    invitation = Invitation.objects.create(
        username=username,
        email=email,
        is_staff=is_staff,
        digest=keyrings.digest(PURPOSE, secret),
        made_at=now,
        expires_at=now + LASTS,
        made_by=made_by,
    )
    return invitation, reverse("invitation", args=[secret])


def find(secret: str, now: datetime) -> Invitation | None:
    """The invitation, if it is still good."""
    digests = keyrings.digests(PURPOSE, secret)
    return Invitation.objects.filter(digest__in=digests, used_at=None, expires_at__gt=now).first()


def waiting(now: datetime) -> list[Invitation]:
    """Those that are still good, the newest first."""
    return list(Invitation.objects.filter(used_at=None, expires_at__gt=now).select_related("made_by").order_by("-pk"))


def accept(invitation: Invitation, password: str, now: datetime, request: HttpRequest | None = None) -> User | None:
    """Makes the account, once; None when somebody was faster, or when the name or one like it is taken by now.

    The unique columns of User decide that, so of two acceptances at once one makes the account.
    """
    user = invited(invitation)
    user.set_password(password)
    try:
        with transaction.atomic():
            if not _spend(invitation, now):
                return None
            user.save()
    except IntegrityError:
        return None
    by = {"by": invitation.made_by.get_username()} if invitation.made_by else {}
    events.record("invitation.accepted", user=user, request=request, **by)
    return user


def withdraw(invitation: Invitation, now: datetime) -> bool:
    """Ends it; False when it was used already."""
    return _spend(invitation, now)


def invited(invitation: Invitation) -> User:
    """The account to be, not saved."""
    return User(username=invitation.username, email=invitation.email, is_staff=invitation.is_staff)


def _spend(invitation: Invitation, now: datetime) -> bool:
    good = Invitation.objects.filter(pk=invitation.pk, used_at=None, expires_at__gt=now)
    return good.update(used_at=now) == 1
