"""Makes, lists and revokes the user's API tokens and access keys."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access_keys, client_lines, credentials, events, roles, tokens
from accounts.guards import confirmed, person, staff_only
from accounts.models import AccessKey, ApiToken
from accounts.views.credential_forms import CredentialForm, KeyForm
from common.limits import MAX_ID

NOUNS = {ApiToken: "API token", AccessKey: "access key"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    kinds = {"token_rows": tokens.listed(user), "key_rows": access_keys.listed(user)}
    addresses = {"site": settings.SITE_URL, "endpoint": settings.ENDPOINT_URL}
    return render(request, "accounts/tokens.html", kinds | addresses | {"now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def new(request: HttpRequest) -> HttpResponse:
    """Shows the form and then, only once, the token."""
    form = CredentialForm(request.POST or None, allowed=roles.scopes_of(person(request)))
    if request.method == "POST" and form.is_valid():
        try:
            token, text = tokens.make(person(request), **form.cleaned_data, now=timezone.now())
        except credentials.TooManyError as error:
            form.add_error(None, str(error))
        else:
            events.record("token.made", user=person(request), request=request, **credentials.facts(token))
            context = {"token": token, "text": text, "line": client_lines.curl(text, token.grant)}
            stream = client_lines.example_stream(token.grant)
            return render(request, "accounts/token_made.html", context | {"stream": stream})
    return _form(request, form, "API token")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@confirmed
def new_key(request: HttpRequest) -> HttpResponse:
    """Shows the form and then, only once, the secret of the access key."""
    form = KeyForm(request.POST or None, allowed=roles.scopes_of(person(request)))
    if request.method == "POST" and form.is_valid():
        try:
            key, secret = access_keys.make(person(request), **form.cleaned_data, now=timezone.now())
        except credentials.TooManyError as error:
            form.add_error(None, str(error))
        else:
            events.record("access-key.made", user=person(request), request=request, **credentials.facts(key))
            words = (key.access_key_id, secret, key.grant)
            context = {"key": key, "secret": secret, "cli": client_lines.cli(*words)}
            return render(request, "accounts/key_made.html", context | {"boto": client_lines.boto3(*words)})
    return _form(request, form, "access key")


def _form(request: HttpRequest, form: Form, noun: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "accounts/token_new.html", {"form": form, "noun": noun}, status=status)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Revokes a token: scripts that use it are refused from now on."""
    return _revoke(request, tokens.listed(person(request)), number, "token.revoked")


@require_POST
def revoke_key(request: HttpRequest, number: int) -> HttpResponse:
    """Revokes an access key: clients that sign with it are refused within two seconds."""
    return _revoke(request, access_keys.listed(person(request)), number, "access-key.revoked")


def _revoke(request: HttpRequest, rows: Any, number: int, event: str) -> HttpResponse:
    found = rows.filter(pk=number).first() if number <= MAX_ID else None
    if found is None:
        raise Http404("no such token or key")
    if credentials.revoke(rows.filter(pk=number), timezone.now()):
        events.record(event, user=person(request), request=request, label=found.label)
        noun = NOUNS[type(found)]
        messages.success(request, f"The {noun} “{found.label}” is revoked: scripts with it are refused.")
    return redirect("tokens")
