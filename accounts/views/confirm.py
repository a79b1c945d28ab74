"""Asks for a fresh proof of identity before a change to the account."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic.edit import FormView

from accounts import factors
from accounts.factors import codes, passkeys
from accounts.factors.forms import ConfirmForm
from accounts.factors.passkeys import PasskeyAgainForm
from accounts.guards import person


class ConfirmView(NextRedirectMixin, FormView):  # type: ignore[type-arg]
    """Takes a passkey, or the password with a code of users with a second factor. Then goes on to `next`."""

    template_name = "accounts/confirm.html"

    def get_form_class(self) -> type[BaseForm]:
        return PasskeyAgainForm if "credential" in self.request.POST else ConfirmForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        if isinstance(form, PasskeyAgainForm):
            form.save()
        elif "code" in form.fields:
            record_authentication(self.request, self.request.user, method="password")
            codes.note(self.request, form.proof, again=True)
        else:
            record_authentication(self.request, self.request.user, method="password", reauthenticated=True)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        if not isinstance(form, PasskeyAgainForm):
            return super().form_invalid(form)
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return self.render_to_response(self.get_context_data(form=ConfirmForm(user=person(self.request))))

    def get_default_success_url(self) -> str:
        return reverse("mfa_index")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user = person(self.request)
        options = passkeys.as_text(auth.begin_authentication(user)) if factors.PASSKEY in factors.kinds(user) else ""
        extra = {"passkey_options": options, "next": self.get_next_url()}
        return {**super().get_context_data(**context), **extra}
