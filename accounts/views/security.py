"""Shows and changes the user's proofs of identity: password, passkeys, authenticator app, recovery codes."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import credentials, events, factors, sessions
from accounts.factors import recovery
from accounts.guards import confirmed, person
from accounts.passwords import provisional
from accounts.passwords.forms import ChangePasswordForm

CHANGES = ("password.changed", "password.reset", "invitation.accepted")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    owned = [(factors.NAMES[each.type], each) for each in factors.of(user)]
    context = {
        "changed": user.security_events.filter(name__in=CHANGES).order_by("-pk").first(),
        "passkeys": [each for kind, each in owned if kind == factors.PASSKEY],
        "totp": next((each for kind, each in owned if kind == factors.TOTP), None),
        "left": recovery.count_unused(user),
        "count": recovery.COUNT,
        "few": recovery.FEW,
        "lacking": factors.lacks_required(user),
    }
    return render(request, "accounts/security.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Changes the password. Requires the old one and, of users with a second factor, a fresh proof of that as well."""
    return confirmed(_password)(request) if factors.kinds(person(request)) else _password(request)


def _password(request: HttpRequest) -> HttpResponse:
    user, now = person(request), timezone.now()
    form = ChangePasswordForm(user, request.POST or None, tokens=credentials.has_valid(user, now))
    if not form.is_valid():
        context = {"form": form, "provisional": provisional.must_be_replaced(user)}
        return render(request, "accounts/password.html", context)
    form.save()
    update_session_auth_hash(request, user)
    sessions.end_others(request, "password changed")
    events.record("password.changed", user=user, request=request)
    if form.cleaned_data.get("revoke"):
        credentials.revoke_all(user, "password changed", now, request)
    messages.success(request, "Your password is changed, and your other sessions have ended.")
    return redirect("mfa_index")
