"""Opens the account's buckets and renews the device cookie after a sign-in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from accounts.models import User
from accounts.throttle import devices, store

SIGNED_IN = "accounts.throttle.signed_in"  # key in request.META: the user


@receiver(user_logged_in, dispatch_uid="accounts.throttle.middleware.note")
def note(request: HttpRequest, user: User, **_: object) -> None:
    request.META[SIGNED_IN] = user


class DeviceMiddleware(MiddlewareMixin):
    """Acts after a complete sign-in, by any method and with all factors. Stands after SessionMiddleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        user = request.META.get(SIGNED_IN)
        if user is not None:
            store.open_again(user)
            devices.welcome(request, response, user)
        return response
