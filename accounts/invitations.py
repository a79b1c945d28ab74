"""Makes, finds and accepts invitations, which make accounts. A link is shown once and works once, for 72 hours."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts import events, keyrings, roles
from accounts.models import Invitation, User, named
from common.lasting import lasting

LASTS = timedelta(hours=72)
PURPOSE = "invitation"
TAKEN = "There is an account of that name, or of one that looks like it: choose another."


def make(
    username: str, now: datetime, *, email: str = "", role: str = roles.VIEWER, made_by: User | None = None
) -> tuple[Invitation, str]:
    """Makes an invitation. Returns it and the path of its page, which cannot be shown again.

    A previous invitation for this name ends. Raises ValidationError for a name that is invalid, taken, or looks like an
    existing one (acceptance checks again that it is free), and for an invalid address.
    """
    User(username=username, email=email, password="-").clean_fields()  # noqa: S106 - a password is not empty
    if named(username).exists():
        raise ValidationError({"username": TAKEN})
    secret = secrets.token_urlsafe(32)
    Invitation.objects.filter(username=username, used_at=None).update(used_at=now)
    invitation = Invitation.objects.create(
        username=username,
        email=email,
        **roles.flags(role),
        digest=keyrings.digest(PURPOSE, secret),
        made_at=now,
        expires_at=now + LASTS,
        made_by=made_by,
    )
    return invitation, reverse("invitation", args=[secret])


def find(secret: str, now: datetime) -> Invitation | None:
    """Returns the invitation with this secret if it is still valid."""
    digests = keyrings.digests(PURPOSE, secret)
    return _good(now).filter(digest__in=digests).first()


def waiting(now: datetime) -> list[Invitation]:
    """Returns the valid invitations, newest first."""
    return list(_good(now).select_related("made_by").order_by("-pk"))


def accept(invitation: Invitation, password: str, now: datetime, request: HttpRequest | None = None) -> User | None:
    """Makes the account, once. Returns None if the invitation was used, or the name or one like it is taken by now.

    The unique columns of User decide it, so of two acceptances at once one makes the account.
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
    """Ends the invitation. Returns False if it was already used."""
    return _spend(invitation, now)


def invited(invitation: Invitation) -> User:
    """Returns the future account, unsaved."""
    return User(username=invitation.username, email=invitation.email, **roles.flags(invitation.role))


def _spend(invitation: Invitation, now: datetime) -> bool:
    return _good(now).filter(pk=invitation.pk).update(used_at=now) == 1


def _good(now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(lasting("expires_at", LASTS, now), used_at=None)
