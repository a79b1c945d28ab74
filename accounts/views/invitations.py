"""Lets an invited person make their account."""

from allauth.account.internal import flows
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import invitations
from accounts.forms import PROVED
from accounts.guards import discreet
from accounts.passwords.forms import NewPasswordForm


@login_not_required
@never_cache
@discreet
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Asks for a password only; then signs the new user in."""
    invitation = invitations.find(secret, timezone.now())
    if invitation is None:
        return render(request, "accounts/invitation.html", {"gone": True}, status=404)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation.html", status=409)
    form = NewPasswordForm(invitations.invited(invitation), request.POST or None)
    context = {"form": form, "invitation": invitation}
    if not form.is_valid():
        return render(request, "accounts/invitation.html", context)
    user = invitations.accept(invitation, form.cleaned_data["password1"], timezone.now(), request)
    if user is None:
        return render(request, "accounts/invitation.html", {"gone": True}, status=404)
    login = Login(user=user, state={PROVED: user.get_session_auth_hash()})
    answer: HttpResponse = flows.login.perform_password_login(request, {"username": user.get_username()}, login)
    return answer
