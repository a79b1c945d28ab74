"""Keeps users without a required second factor on the pages where one is added.

Before that, keeps users whose password a command printed on the page where they choose their own.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from accounts import factors

# URL names: signing in, confirming and signing out; choosing a password; adding a factor.
ALWAYS = {
    "session-used",
    "account_reauthenticate",
    "sign-in",
    "sign-out",
    "account_login",
    "account_logout",
    "history-seen",
}
OPEN = {
    factors.PASSWORD_NEEDED: {"account_change_password"},
    factors.FACTOR_NEEDED: {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "recovery-codes"},
}
LEADS = {factors.PASSWORD_NEEDED: "account_change_password", factors.FACTOR_NEEDED: "mfa_index"}


class SecondFactorMiddleware(MiddlewareMixin):
    """Redirects a page to the page that helps; answers a script 403. Stands after AuthenticationMiddleware."""

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        user, name = request.user, request.resolver_match.url_name if request.resolver_match else None
        if isinstance(user, AnonymousUser):
            return None
        needed = "" if name in ALWAYS else factors.needed(user)
        if not needed or name in OPEN[needed]:
            return None
        return _led(request, LEADS[needed], needed)


def _led(request: HttpRequest, to: str, lacks: str) -> HttpResponseBase:
    if "text/html" in request.headers.get("Accept", "text/html"):
        return redirect(to)
    return JsonResponse({"error": lacks}, status=403)


class ConfirmMiddleware(MiddlewareMixin):
    """Redirects users who need a fresh proof to the confirm page. Stands after AccountMiddleware and takes its place.

    allauth would keep the whole request in the session, including passwords and cookies, and repeat it afterwards. Here
    users return to the page that they came from, and send their form again.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        place = request.get_full_path()
        if request.method != "GET":
            place = _came_from(request)
            messages.info(request, "Confirm that it is you, then send the form again.")
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': place})}")


def _came_from(request: HttpRequest) -> str:
    """Returns the page of the form, from the Referer that our Referrer-Policy allows; else the security page."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc != request.get_host() or not referrer.path:
        return reverse("mfa_index")
    return referrer.path + (f"?{referrer.query}" if referrer.query else "")
