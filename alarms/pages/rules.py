"""Answers the pages of rules: the list, one rule with its versions, the form for it, and its acts."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person, staff_only
from alarms import rules as services
from alarms import showing, wording
from alarms.models import Episode, Rule, Subscription
from alarms.pages import rule_form
from alarms.spec import RuleSpec, SpecError, check, read
from common.text import storable
from streams.core import clock

EPISODES = 20  # on the page of a rule
either = require_http_methods(["GET", "HEAD", "POST"])
VERBS = {"enable": "Turn it on", "disable": "Turn it off", "remove": "Remove"}


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Lists the rules."""
    counted = Episode.objects.filter(ended=None).order_by().values_list("rule").annotate(number=Count("pk"))
    open_of: dict[int, int] = dict(counted)
    found = [
        {"rule": each, "spec": spec, "raises": wording.condition(spec) if spec else "", "open": open_of.get(each.pk, 0)}
        for each in Rule.objects.filter(removed=None).order_by("title", "pk")
        for spec in [_spec(each)]
    ]
    return render(request, "alarms/rules.html", {"found": found})


@require_safe
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one rule: its text in words, the targets that are told, its latest episodes and its versions."""
    found = get_object_or_404(Rule, name=name)
    spec = _spec(found)
    episodes = found.episodes.select_related("rule").order_by("-started", "-pk")
    told = Subscription.objects.filter(rule__in=[found.pk]) | Subscription.objects.filter(rule=None)
    context = {
        "rule": found,
        "spec": spec,
        "sentences": list(wording.sentences(spec)) if spec else [],
        "versions": _versions(found),
        "episodes": showing.rows(episodes[:EPISODES]),
        "subscriptions": told.select_related("target").order_by("target__name", "pk"),
    }
    return render(request, "alarms/rule.html", context)


@staff_only
@either
def new(request: HttpRequest) -> HttpResponse:
    """Shows the form as the address or its last answer fills it; POST makes the rule."""
    given = rule_form.given_of(request.POST, {name: request.GET[name] for name in ("dataset",) if name in request.GET})
    return _form(request, given, None)


@staff_only
@either
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Shows the form of a rule; POST makes its next version."""
    found = get_object_or_404(Rule, name=name, removed=None, own=False)
    before = _spec(found)
    usual = rule_form.of_spec(before, found.title) if before else {"title": found.title}
    return _form(request, rule_form.given_of(request.POST, usual), found)


@staff_only
@require_POST
def backtest(request: HttpRequest) -> HttpResponse:
    """Answers the alarms that the rule of the form makes in the chosen time, as JSON, while a level is moved."""
    given = rule_form.given_of(request.POST, {})
    try:
        spec = rule_form.spec_of(given)
        check(spec, services.find_dataset)
    except SpecError as error:
        return JsonResponse({"error": str(error)}, status=422)
    found = rule_form.recounted(spec, given, clock.now())
    if found is None:
        return JsonResponse({"error": "The rows of this output cannot be counted."}, status=422)
    return JsonResponse(found)


@staff_only
@either
def act(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """Asks before it turns a rule on or off, or removes it; POST does it."""
    found = get_object_or_404(Rule, name=name, removed=None)
    if verb not in VERBS or (found.own and verb == "remove"):
        raise Http404("no such act")
    refusal = ""
    if request.method == "POST":
        try:
            says = _do(verb, found, person(request).get_username())
        except SpecError as error:
            refusal = str(error)
        else:
            messages.success(request, says)
            return redirect("alarm-rules")
    context = {"rule": found, "verb": verb, "button": VERBS[verb], "refusal": refusal}
    context["open"] = found.episodes.filter(ended=None).count()
    return render(request, "alarms/rule_sure.html", context, status=409 if refusal else 200)


def _do(verb: str, rule: Rule, who: str) -> str:
    if verb == "remove":
        services.remove(rule, who, timezone.now())
        return f"{rule.title} is removed. Its alarms stay in the list."
    services.enable(rule, who, enabled=verb == "enable")
    return f"{rule.title} is on." if verb == "enable" else f"{rule.title} is off; its open alarms end."


def _form(request: HttpRequest, given: dict[str, Any], rule: Rule | None) -> HttpResponse:
    """Answers the form; a POST that keeps the rule leads to its page."""
    keeps = request.method == "POST" and request.POST.get("act") == "keep"
    before = _spec(rule) if rule else None
    spec, refusal = None, ""
    try:
        spec = rule_form.spec_of(given, before)
        if keeps:
            return redirect("alarm-rule", _keep(request, given, spec, rule).name)
        check(spec, services.find_dataset)
    except SpecError as error:
        refusal = str(error)
    asked = keeps or (request.method == "POST" and _is_filled(given))
    choices = rule_form.choices(given)
    context = choices | {"given": given, "rule": rule, "refusal": refusal if asked else ""}
    context["recounted"] = None if refusal else rule_form.recounted(spec, given, clock.now())
    context |= rule_form.preview(spec, given, rule, choices["keys"], clock.now())
    return render(request, "alarms/rule_form.html", context, status=422 if keeps else 200)


def _is_filled(given: dict[str, Any]) -> bool:
    """Returns whether a form is complete enough for its refusals to be of use."""
    if given.get("kind") in ("above", "below"):
        return bool(given.get("dataset") and given.get("level"))
    return bool(given.get("dataset"))


def _keep(request: HttpRequest, given: dict[str, Any], spec: RuleSpec, rule: Rule | None) -> Rule:
    """Makes the rule or its next version. Raises SpecError."""
    who, now, title = person(request).get_username(), timezone.now(), storable(given.get("title", "").strip())
    if rule is None:
        made = services.make(rule_form.name_of(given), title, spec, who, now)
        messages.success(request, "The rule is in force from the next commit on.")
        return made
    changed = services.change(rule, title, spec, who, now)
    messages.success(request, f"Version {changed.version} is in force from the next commit on.")
    return changed


def _spec(rule: Rule) -> RuleSpec | None:
    """Returns the text in force; None for an application's own rule, or one that cannot be read."""
    version = rule.versions.filter(number=rule.version).first()
    try:
        return read(version.spec) if version else None
    except SpecError:
        return None


def _versions(rule: Rule) -> list[dict[str, Any]]:
    """Returns the versions, the newest first, each with its difference to the one before."""
    found: list[dict[str, Any]] = []
    before: RuleSpec | None = None
    for version in rule.versions.order_by("number"):
        try:
            spec = read(version.spec)
            words, before = wording.differences(before, spec), spec
        except SpecError:
            words = "cannot be read by this Millrace"
        found.append({"version": version, "words": words})
    return found[::-1]
