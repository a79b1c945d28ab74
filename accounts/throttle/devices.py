"""The cookie of a device that somebody has signed in on. It signs nobody in: it only chooses the bucket.

Signed by Django, it holds for each account that uses the browser its id and a nonce; the database holds a one-way
digest of the nonce, so a copy of it makes no cookie.
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
ACCOUNTS = 5  # in one browser; the one that was not used for longest gives way
SALT = "accounts.throttle.devices"


def known(request: HttpRequest, user: User | None) -> Device | None:
    """The device, if this browser is one that the user has signed in on within 180 days.

    Without a cookie for that account, which only a sign-in gives, it takes no query: no time tells who exists.
    """
    nonce = dict(_held(request)).get(user.pk) if user else None
    if nonce is None:
        return None
    digests, since = keyrings.digests("device", nonce), timezone.now() - LASTS
    return Device.objects.filter(digest__in=digests, user=user, seen_at__gt=since).first()


def welcome(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """After a sign-in: the browser gets, or keeps, its cookie."""
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
    """From now on the browser is a stranger's."""
    if Device.objects.filter(pk=device.pk).delete()[0]:
        events.record("device.revoked", user=device.user, request=request, reason=reason)


def outlived(now: datetime) -> QuerySet[Device]:
    """The devices that have not been signed in on for 180 days."""
    return Device.objects.filter(seen_at__lt=now - LASTS)


def _held(request: HttpRequest) -> list[tuple[int, str]]:
    """What the cookie says, the latest first: (account id, nonce). Nothing if it is not ours."""
    try:
        pairs = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return []
    return [(int(user_id), str(nonce)) for user_id, nonce in pairs]
