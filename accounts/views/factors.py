"""Adds and removes second factors, and makes the recovery codes that stand in for them."""

import json
from typing import Any

from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import events, factors, keyrings, sessions
from accounts.factors import passkeys, recovery, totp
from accounts.factors.forms import (
    SEED,
    ActivateTotpForm,
    AddPasskeyForm,
    RemovePasskeyForm,
    RemoveTotpForm,
    RenamePasskeyForm,
)
from accounts.guards import confirmed, person
from accounts.models import User

CODES = "recovery-codes"  # session key: the encrypted codes, until they are shown
KEEP_ONE = "Your account must have a second factor: add another before you remove this one."


class AddTotpView(totp_views.ActivateTOTPView):
    form_class = ActivateTotpForm
    template_name = "accounts/totp.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        base: dict[str, Any] = super().get_context_data(**context)
        secret = base["form"].secret
        return {**base, "groups": [secret[place : place + 4] for place in range(0, len(secret), 4)]}

    def form_valid(self, form: ActivateTotpForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        self.request.session.pop(SEED, None)
        totp.spend(factors.of(self.request.user).get(type="totp"), form.counter)
        return changed(self.request, form, answer, "Your authenticator app is set up.")


class RemoveTotpView(totp_views.DeactivateTOTPView):
    form_class = RemoveTotpForm
    template_name = "accounts/totp_remove.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        given: dict[str, Any] = super().get_form_kwargs()
        return given if self.request.method == "POST" else given | {"data": None}

    def form_valid(self, form: RemoveTotpForm) -> HttpResponse:
        if factors.is_last(self.authenticator):
            messages.error(self.request, KEEP_ONE)
            return redirect("mfa_index")
        answer: HttpResponse = super().form_valid(form)
        return changed(self.request, form, answer, "Your authenticator app is removed: delete its entry there, too.")


class AddPasskeyView(passkey_views.AddWebAuthnView):
    form_class = AddPasskeyForm
    template_name = "accounts/passkey.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        base: dict[str, Any] = super().get_context_data(**context)
        options = auth.begin_registration(self.request.user, passwordless=True)
        return {**base, "passkey_options": passkeys.as_text(options)}

    def form_valid(self, form: AddPasskeyForm) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        return changed(self.request, form, answer, "The passkey is added: you can sign in with it alone.")


class RenamePasskeyView(passkey_views.EditWebAuthnView):
    form_class = RenamePasskeyForm
    template_name = "accounts/passkey_name.html"
    success_url = reverse_lazy("mfa_index")


class RemovePasskeyView(passkey_views.RemoveWebAuthnView):
    form_class = RemovePasskeyForm
    template_name = "accounts/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: RemovePasskeyForm) -> HttpResponse:
        if factors.is_last(self.object):
            messages.error(self.request, KEEP_ONE)
            return redirect("mfa_index")
        answer: HttpResponse = super().form_valid(form)
        return changed(self.request, form, answer, "The passkey is removed: delete it on the device, too.")


def changed(request: HttpRequest, form: Form, answer: HttpResponse, says: str) -> HttpResponse:
    """Answers after a factor was added or removed: ends the other sessions if asked, and makes the first codes."""
    user = person(request)
    messages.success(request, says)
    if form.cleaned_data["end_others"]:
        sessions.end_others(request, "second factor changed")
    if factors.kinds(user) and not recovery.count_unused(user):
        _make_codes(request, user)
        return redirect("recovery-codes")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def codes(request: HttpRequest) -> HttpResponse:
    """Makes new codes, and shows them once."""
    user = person(request)
    if not factors.kinds(user):
        return redirect("mfa_index")
    if request.method == "POST":
        _make_codes(request, user)
        return redirect("recovery-codes")
    sealed = request.session.pop(CODES, None)
    made = json.loads(keyrings.decrypt(sealed)) if sealed else None
    context = {
        "codes": made,
        "text": recovery.page(user, request.get_host(), made) if made else "",
        "left": recovery.count_unused(user),
        "few": recovery.FEW,
        "count": recovery.COUNT,
        "host": request.get_host(),
        "now": timezone.now(),
    }
    return render(request, "accounts/recovery_codes.html", context)


def _make_codes(request: HttpRequest, user: User) -> None:
    made = recovery.make(user, timezone.now())
    request.session[CODES] = keyrings.encrypt(json.dumps(made))
    events.record("recovery-codes.made", user=user, request=request, count=len(made))
