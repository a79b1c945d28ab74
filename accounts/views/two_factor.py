"""Asks for the second factor when signing in."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginStage
from allauth.mfa.base import views as allauth
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator

from accounts import factors
from accounts.factors import passkeys
from accounts.factors.forms import CodeForm
from accounts.factors.passkeys import PasskeyForm
from accounts.forms import PROVED


@method_decorator(login_stage_required(AuthenticateStage.key, redirect_urlname="account_login"), name="dispatch")
class TwoFactorView(allauth.AuthenticateView):
    """Takes a passkey, a code of the authenticator app, or a recovery code; `cancel` starts again with another user."""

    form_class = CodeForm
    webauthn_form_class = PasskeyForm
    template_name = "accounts/two_factor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stage: LoginStage = request._login_stage  # type: ignore[attr-defined]  # set by allauth's decorator
        if "cancel" in request.POST or not _still_true(stage):
            answer: HttpResponseBase = stage.abort()
            return answer
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if isinstance(form, PasskeyForm):
            for error in form.errors.get("credential", []):
                messages.error(self.request, error)
            self.auth_form = CodeForm(user=self.stage.login.user)
        answer: HttpResponse = super().form_invalid(form)
        return answer

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        base: dict[str, Any] = super().get_context_data(**context)
        user = self.stage.login.user
        has_passkey = factors.PASSKEY in factors.kinds(user)
        options = passkeys.as_text(base["js_data"]["request_options"]) if has_passkey else ""
        return {**base, "subject": user, "passkey_options": options}


def _still_true(stage: LoginStage) -> bool:
    """Returns whether the password of the first step is still the account's, and the account still active."""
    user = stage.login.user
    return user.is_active and constant_time_compare(stage.login.state.get(PROVED, ""), user.get_session_auth_hash())
