"""For operators: makes, changes and removes the addresses that `produce probes` checks. Staff only."""

from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.guards import staff_only
from applications.probes.models import Probe
from applications.probes.processor import CHECKS_MOST, PLACES_MOST
from applications.probes.targets import PROBES, Target, fault
from common.text import storable
from streams.models import Audit

either = require_http_methods(["GET", "HEAD", "POST"])

WORDS = {  # by field: its label, and a sentence about it
    "name": ("Name", "A short word; it is the key of its checks, and it stands on the pages."),
    "address": ("Address", "https:// or http://. Redirects are not followed."),
    "interval": ("Seconds between two checks", "From 5 on; 60 is usual."),
    "timeout": ("Seconds that a check may take", "At most 60."),
    "status": ("Expected status", "Numbers and ranges, such as 200-299,401."),
    "text": ("Expected text", "The first 64 kB of the answer must hold it. Leave it empty for any answer."),
    "failures": ("A place says down when so many checks failed …", "2 is usual."),
    "checks": ("… of its last so many", "3 is usual, 20 at most."),
    "quorum": ("It is down when so many places say so", "0 means more than half of the places that report."),
    "public": ("On the status page", "Anyone may see its name, its state and its bars, if the site has that page on."),
    "shows_address": ("With its address", "On the status page."),
    "active": ("Checked", "Producers leave out an address that is off."),
}


class ProbeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Validates a probe as the producer does."""

    interval = forms.IntegerField(min_value=5, max_value=86_400, initial=60)
    timeout = forms.IntegerField(min_value=1, max_value=60, initial=10)
    failures = forms.IntegerField(min_value=1, max_value=CHECKS_MOST, initial=2)
    checks = forms.IntegerField(min_value=1, max_value=CHECKS_MOST, initial=3)
    quorum = forms.IntegerField(min_value=0, max_value=PLACES_MOST, initial=0)

    class Meta:
        model = Probe
        fields = tuple(WORDS)

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        for name, field in self.fields.items():
            field.label, field.help_text = WORDS[name]
            field.widget.attrs |= {"aria-describedby": f"{name}-help", "autocomplete": "off", "spellcheck": "false"}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors:
            names = Target.__struct_fields__
            try:
                reason = fault(msgspec.convert({name: found[name] for name in names}, Target))
            except msgspec.ValidationError as error:
                reason = f"{error}."
            if reason:
                raise forms.ValidationError(reason)
            if found["failures"] > found["checks"]:
                self.add_error("failures", "More checks must fail than are looked at: give at most that number.")
            if found["timeout"] > found["interval"]:
                self.add_error("timeout", "A check may not take longer than the interval.")
        return found


@either
@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Makes a probe."""
    form = ProbeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if Probe.objects.count() >= PROBES:
            form.add_error(None, f"There are {PROBES} probes, the most that one producer checks.")
        else:
            _save(request, form, "make probe")
            messages.success(request, f"{form.instance.name} is checked as soon as a producer reads the list again.")
            return redirect("probes")
    return _page(request, form)


@either
@staff_only
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Changes a probe, or removes it."""
    probe = get_object_or_404(Probe, pk=number)
    if request.method == "POST" and request.POST.get("act") == "remove":
        _note(request, "remove probe", probe.name)
        probe.delete()
        messages.success(request, f"{probe.name} is checked no longer. Its history stays.")
        return redirect("probes")
    form = ProbeForm(request.POST or None, instance=probe)
    if request.method == "POST" and form.is_valid():
        _save(request, form, "change probe")
        messages.success(request, f"{form.instance.name} is changed.")
        return redirect("probes")
    return _page(request, form, probe)


def _page(request: HttpRequest, form: ProbeForm, probe: Probe | None = None) -> HttpResponse:
    context = {"form": form, "probe": probe}
    return render(request, "probes/edit.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: ProbeForm, action: str) -> None:
    form.instance.who, form.instance.changed = request.user.get_username(), timezone.now()
    form.save()
    _note(request, action, form.instance.name)


def _note(request: HttpRequest, action: str, name: str) -> None:
    Audit.objects.create(who=request.user.get_username(), action=action, target=storable(name, 200), count=0)
