"""Mails a link to users who forgot their password. It opens no session, and replaces no second factor."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as django
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import resets
from accounts.passwords.forms import NewPasswordForm

LONGEST = 254  # characters of an e-mail address


class AskForm(forms.Form):
    typed = forms.CharField(
        label="User name or e-mail address",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Gives the same answer for every name and address."""
    if not settings.MAIL_CONFIGURED:
        return render(request, "accounts/reset.html", {"no_mail": True})
    form = AskForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/reset.html", {"form": form})
    resets.ask(request, form.cleaned_data["typed"])
    return render(request, "accounts/reset.html", {"sent": True})


class ResetView(django.PasswordResetConfirmView):
    """Sets a new password by the link, and ends all sessions. The user signs in afterwards, with every factor."""

    form_class = NewPasswordForm
    template_name = "accounts/reset_set.html"

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.pop(django.INTERNAL_RESET_SESSION_TOKEN, None)
        if not resets.spend(form.user, form.cleaned_data["password1"], self.request):
            return self.render_to_response({"validlink": False})
        messages.success(self.request, "Your new password is set: sign in with it.")
        return redirect("sign-in")
