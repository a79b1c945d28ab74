"""Knows the devices that a user has signed in on, by a cookie. The cookie signs nobody in: it only chooses the bucket.

The cookie is signed by Django and holds, for each account that uses the browser, the account's id and a nonce. The
database holds a one-way digest of the nonce, so a copy of the database makes no cookie.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts import events, keyrings
from accounts.models import Device, User
from accounts.throttle import store

LASTS = timedelta(seconds=store.DEVICE_LASTS)
ACCOUNTS = 5  # accounts in one browser; the least recently used one gives way
SALT = "accounts.throttle.devices"


def known(request: HttpRequest, user: User | None) -> Device | None:
    """Returns the device if the user has signed in on this browser within 180 days, else None.

    Only a sign-in gives a cookie, and without one for the account this takes no query, so its time does not reveal
    whether the account exists.
    """
    nonce = dict(_held(request)).get(user.pk) if user else None
    if nonce is None:
        return None
    digests, since = keyrings.digests("device", nonce), timezone.now() - LASTS
    return Device.objects.filter(digest__in=digests, user=user, seen_at__gt=since).first()


def welcome(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Gives the browser its cookie after a sign-in, or renews it."""
    device, now = known(request, user), timezone.now()
    held = dict(_held(request))
    nonce = held.pop(user.pk, "") if device else secrets.token_urlsafe(16)
    if device:
        Device.objects.filter(pk=device.pk).update(seen_at=now, digest=keyrings.digest("device", nonce))
    else:
        held.pop(user.pk, None)
        Device.objects.create(user=user, digest=keyrings.digest("device", nonce), made_at=now, seen_at=now)
        if user.security_events.filter(name="sign-in.succeeded").count() > 1:  # the first one is on a new device anyway
            events.record("device.new", user=user, request=request)
    pairs = [(user.pk, nonce), *held.items()][:ACCOUNTS]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(pairs, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def revoke(device: Device, request: HttpRequest, reason: str) -> None:
    """Forgets the device: from now on the browser counts as unknown."""
    if Device.objects.filter(pk=device.pk).delete()[0]:
        events.record("device.revoked", user=device.user, request=request, reason=reason)


def outlived(now: datetime) -> QuerySet[Device]:
    """Returns the devices without a sign-in for 180 days."""
    return Device.objects.filter(seen_at__lt=now - LASTS)


def _held(request: HttpRequest) -> list[tuple[int, str]]:
    """Returns the (account id, nonce) pairs of the cookie, the latest first; [] if we did not sign it."""
    try:
        pairs = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return []
    return [(int(user_id), str(nonce)) for user_id, nonce in pairs]
