"""Signing in and out, and the page after signing in."""

from typing import Any
from urllib.parse import urlencode

from allauth.account import views as allauth
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib import messages
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_safe

from accounts import humanize, sessions, sign_in_events
from accounts.factors.passkeys import PasskeySignInForm
from accounts.forms import SignInForm
from accounts.sessions import ended


class SignInView(allauth.LoginView):
    """Signs in and goes on to `next`, or to the success page; a user who is signed in goes there at once."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        base = {**super().get_context_data(**context), "next": self.get_next_url()}
        return base | {"ended": ended.sentence(self.request) if self.request.method == "GET" else ""}


class PasskeySignInView(passkeys.LoginWebAuthnView):
    """Signs in by a passkey alone. A script posts `begin` to get the options to sign, and then posts the signed answer.

    Both are posts, because `begin` makes a session row: so nginx' limit on posts, and the form token, bound it.
    """

    form_class = PasskeySignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("sign-in")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "begin" in request.POST:
            return JsonResponse({"request_options": begin_authentication(user=None)})
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect("sign-in")


class SignOutView(LogoutView):
    """Deletes the session on POST, and tells the browser to clear the site's cache and storage."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@require_safe
def success(request: HttpRequest) -> HttpResponse:
    """Shows the user's name, their last sign-in and its place, the end of this session, and where to go on to."""
    assert request.user.is_authenticated  # LoginRequiredMiddleware
    now, ends = timezone.now(), sessions.current(request).ends
    previous = sign_in_events.previous_sign_in(request.user, request.session)
    context = {"previous": previous, "ends": ends, "left": humanize.span(ends - now), "idle": sessions.idle()}
    if previous:
        context |= {"device": humanize.device(previous.device), "ago": humanize.span(now - previous.at)}
    return render(request, "accounts/success.html", context)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answers a form that fails the CSRF check; CSRF_FAILURE_VIEW.

    When a session ends, every tab shows the sign-in page, and signing in on one makes the forms of the others stale.
    Their user is signed in by then, so this redirects them.
    A script with a token gets here by the address of a page: a slash parts that of a stream's records from the door's.
    """
    if request.headers.get("Authorization", "").startswith("Bearer "):
        says = (
            "Only pages are here, which take no token. Records are put at /streams/NAME/records, without a last slash."
        )
        return JsonResponse({"error": says}, status=403)
    if request.path == reverse("sign-in") and request.user.is_authenticated:
        return redirect(f"{request.path}?{urlencode({'next': request.POST.get('next', '')})}")
    return csrf_failure(request, reason)
