"""Lets administrators make and withdraw invitations."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import events, invitations, roles
from accounts.guards import administrators_only, confirmed, person
from accounts.models import Invitation
from common.limits import MAX_ID


class InvitationForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        label="User name",
        help_text="Of the account to be. It cannot be changed.",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Give the account a user name."},
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        label="Mail",
        help_text="Optional: where notices go, and links to set a new password.",
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"invalid": "Give an address such as ada@example.org, or none."},
    )
    role = forms.ChoiceField(
        choices=roles.CHOICES,
        initial=roles.VIEWER,
        label="Role",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role.", "invalid_choice": "There is no such role."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@confirmed
def new(request: HttpRequest) -> HttpResponse:
    """Shows the form and then, only once, the link."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, path = invitations.make(**form.cleaned_data, now=timezone.now(), made_by=person(request))
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            events.record(
                "invitation.made",
                user=person(request),
                request=request,
                label=invitation.username,
                role=invitation.role,
            )
            context = {"invitation": invitation, "link": settings.SITE_URL + path}
            return render(request, "accounts/invited.html", context)
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@administrators_only
@confirmed
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraws the invitation: its link opens nothing any more."""
    invitation = Invitation.objects.filter(pk=number).first() if number <= MAX_ID else None
    if invitation is None:
        raise Http404("no such invitation")
    if invitations.withdraw(invitation, timezone.now()):
        events.record("invitation.revoked", user=person(request), request=request, label=invitation.username)
        messages.success(request, f"The invitation of {invitation.username} is withdrawn: its link opens nothing.")
    else:
        messages.error(request, f"The invitation of {invitation.username} was used already, or is too old.")
    return redirect("people")
