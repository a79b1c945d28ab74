"""Makes, lists and revokes the user's API tokens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events, tokens
from accounts.guards import confirmed, person
from accounts.models import ApiToken
from accounts.models.tokens import SCOPES
from common.limits import MAX_ID

DAYS = [(30, "30 days"), (tokens.DAYS, f"{tokens.DAYS} days"), (180, "180 days"), (tokens.MOST_DAYS, "1 year")]


class TokenForm(forms.Form):
    label = forms.CharField(
        max_length=60,
        label="Name",
        help_text="Name the script that will use it; the list and the history show this name.",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Give it a name, such as “nightly report”."},
    )
    scopes = forms.MultipleChoiceField(
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        error_messages={"required": "Tick at least one permission.", "invalid_choice": "There is no such permission."},
    )
    days = forms.TypedChoiceField(
        choices=DAYS,
        coerce=int,
        initial=tokens.DAYS,
        label="For",
        error_messages={"invalid_choice": "Choose how long it lasts: at most a year."},
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/tokens.html", {"rows": tokens.listed(person(request)), "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def new(request: HttpRequest) -> HttpResponse:
    """Shows the form and then, only once, the token."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, text = _make(request, form.cleaned_data)
        except tokens.TooManyError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "accounts/token_made.html", {"token": token, "text": text})
    return render(request, "accounts/token_new.html", {"form": form}, status=422 if form.errors else 200)


def _make(request: HttpRequest, chosen: dict[str, Any]) -> tuple[ApiToken, str]:
    token, text = tokens.make(person(request), **chosen, now=timezone.now())
    facts = {"label": token.label, "scopes": " ".join(token.scopes), "expires": f"{token.expires:%Y-%m-%d}"}
    events.record("token.made", user=person(request), request=request, **facts)
    return token, text


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Revokes a token: scripts that use it are refused from now on."""
    token = tokens.listed(person(request)).filter(pk=number).first() if number <= MAX_ID else None
    if token is None:
        raise Http404("no such token")
    if tokens.revoke(tokens.listed(person(request)).filter(pk=number), timezone.now()):
        events.record("token.revoked", user=person(request), request=request, label=token.label)
        messages.success(request, f"The token “{token.label}” is revoked: scripts that send it are refused.")
    return redirect("tokens")
