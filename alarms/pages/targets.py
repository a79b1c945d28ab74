"""Answers the pages of targets: one's own and the site's, their subscriptions, and a test with its real answer."""

import time
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person
from accounts.keyrings import KeyRingError
from accounts.models import User
from alarms import channels, subscribing
from alarms import targets as services
from alarms.channels.base import MASK, Channel, ConfigError
from alarms.models import DutyTurn, Message, Rule, Target
from alarms.spec import SEVERITIES
from alarms.subscribing import SubscriptionError
from common.text import cut
from dashboard.live.allowance import Arrivals

MOST_VALUE = 4000  # characters of a field
BURST, RATE = 5, 1 / 30  # tests of a person at once, and then a second, in one process
tests = Arrivals(RATE, time.monotonic)
either = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    """Lists the targets of the person, and those of the site."""
    user = person(request)
    found = visible(user).prefetch_related("subscriptions__rule").order_by("name")
    shown = [_shown(each) for each in found]
    context = {
        "own": [each for each in shown if each["target"].owner_id],
        "site": [each for each in shown if not each["target"].owner_id],
        "changes_site": user.is_staff,
    }
    return render(request, "alarms/targets.html", context)


@either
def new(request: HttpRequest) -> HttpResponse:
    """Makes a target: of the person, or by an operator of the site. The first step chooses the channel."""
    user = person(request)
    given = (request.POST if request.method == "POST" else request.GET).dict()
    given = {name: value[:MOST_VALUE] for name, value in given.items()}
    offered = [each for each in channels.every() if each.personal or user.is_staff]
    offered.sort(key=lambda each: each.title.casefold())
    kind = next((each for each in offered if each.name == given.get("channel")), None)
    of_site = user.is_staff and (given.get("of") == "site" or (kind is not None and not kind.personal))
    refusal = ""
    if request.method == "POST" and kind:
        try:
            made = services.make(
                given.get("name", ""),
                kind.name,
                _values(kind, given),
                actor=user.get_username(),
                owner=None if of_site else user,
                **_bounds(given, user),
            )
            if secret := _made_secret(made, given):
                return _page(request, made, kind, "", secret=secret)
            messages.success(request, "The target is made. Send it a test, then choose the alarms that it is told of.")
            return redirect("alarm-target", made.pk)
        except ConfigError as error:
            refusal = str(error)
    context: dict[str, Any] = {"given": given, "kind": kind, "offered": offered, "of_site": of_site, "refusal": refusal}
    context["fields"] = _fields(kind, given, own=not of_site) if kind else []
    return render(request, "alarms/target_new.html", context, status=422 if refusal else 200)


@either
def target(request: HttpRequest, number: int) -> HttpResponse:
    """Shows a target that the person may change; POST changes its values. A secret that is left empty stays."""
    user = person(request)
    found = _changeable(user, number)
    kind = _channel(found)
    refusal = ""
    if request.method == "POST":
        given = {name: value[:MOST_VALUE] for name, value in request.POST.dict().items()}
        try:
            services.change(
                found,
                _values(kind, given),
                actor=user.get_username(),
                enabled=given.get("enabled") == "on",
                **_bounds(given, user),
            )
            messages.success(request, "The target is changed.")
            return redirect("alarm-target", found.pk)
        except ConfigError as error:
            refusal = str(error)
    return _page(request, found, kind, refusal)


@require_POST
def act(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Sends a test, removes a target, or changes its subscriptions."""
    found, user = _changeable(person(request), number), person(request)
    if verb == "test":
        if not tests.take(str(user.pk), BURST):
            messages.error(request, "You send tests faster than targets answer: wait half a minute.")
            return redirect("alarm-target", found.pk)
        receipt, took = services.test(found, actor=user.get_username())
        told = {"good": receipt.good, "answer": receipt.answer, "took": took}
        return _page(request, found, _channel(found), "", told)
    if verb == "remove":
        services.remove(found, actor=user.get_username())
        messages.success(request, f"{found.name} is removed. Its messages stay in the ledger.")
        return redirect("alarm-targets")
    try:
        if verb == "subscribe":
            subscribing.subscribe(found, request.POST.dict(), user.get_username())
        elif verb == "unsubscribe":
            subscribing.unsubscribe(found, request.POST.get("subscription", ""), user.get_username())
        else:
            raise Http404("no such act")
    except SubscriptionError as error:
        messages.error(request, str(error))
    return redirect("alarm-target", found.pk)


def visible(user: User) -> QuerySet[Target]:
    """Returns the targets that a person sees: the own ones and the site's."""
    return Target.objects.filter(Q(owner=user) | Q(owner=None))


def _changeable(user: User, number: int) -> Target:
    """Returns a target that a person may change. Raises Http404, the same for a foreign target as for none."""
    found = visible(user).filter(pk=number).first()
    if found is None or (found.owner_id is None and not user.is_staff):
        raise Http404("no such target")
    return found


def _made_secret(made: Target, given: dict[str, str]) -> str:
    """Returns the secret that a channel made because the form gave none; the page shows it this once."""
    return "" if given.get("value-secret") else services.opened(made).values.get("secret", "")


def _page(
    request: HttpRequest,
    found: Target,
    kind: Channel,
    refusal: str,
    told: dict[str, Any] | None = None,
    *,
    secret: str = "",
) -> HttpResponse:
    given = request.POST.dict() if refusal else {}
    context = _shown(found) | {
        "kind": kind,
        "refusal": refusal,
        "told": told,
        "secret": secret,
        "fields": _fields(kind, given, own=found.owner_id is not None, target=found),
        "subscriptions": found.subscriptions.select_related("rule").order_by("pk"),
        "rules": Rule.objects.filter(removed=None).order_by("title"),
        "severities": SEVERITIES,
        "duties": DutyTurn.objects.order_by("duty").values_list("duty", flat=True).distinct(),
        "setup": _setup(found),
    }
    return render(request, "alarms/target.html", context, status=422 if refusal else 200)


def _shown(found: Target) -> dict[str, Any]:
    """Returns a target for people: its values masked, and how its queue stands."""
    kind = channels.named(found.channel) if found.channel in channels.names() else None
    try:
        values, trouble = services.shown(found), ""
    except (KeyRingError, KeyError, ValueError) as error:
        values, trouble = {}, str(error)
    return {
        "target": found,
        "kind": kind,
        "channel": kind.title if kind else found.channel,
        "address": _address(kind, values) if kind else "",
        "dry_run": _setup(found)["dry_run"],
        "trouble": trouble,
        "waiting": found.messages.filter(state=Message.WAITING).count(),
        "failed": found.messages.filter(state=Message.FAILED).count(),
        "fails": found.resumes is not None,
    }


def _address(kind: Channel, values: dict[str, str]) -> str:
    """Returns the values of a channel for a line: those of a field that may be empty with its title, and no secret."""
    shown = [(each, values.get(each.name, "")) for each in kind.fields]
    return ", ".join(
        cut(value if each.required else f"{each.title}: {value}", 60)
        for each, value in shown
        if value not in ("", MASK)
    )


def _fields(kind: Channel, given: dict[str, str], *, own: bool, target: Target | None = None) -> list[dict[str, Any]]:
    """Returns the fields of a channel with the values to show: never a secret."""
    try:
        values = services.shown(target) if target else {}
    except (KeyRingError, KeyError, ValueError):
        values = {}
    return [
        {
            "field": each,
            "value": given.get(f"value-{each.name}", "") if given else "" if each.secret else values.get(each.name, ""),
            "kept": values.get(each.name, "") if each.secret else "",
        }
        for each in kind.fields
        if not (own and kind.name == "email")  # the account's own address
    ]


def _values(kind: Channel, given: dict[str, str]) -> dict[str, str]:
    return {each.name: given[f"value-{each.name}"] for each in kind.fields if given.get(f"value-{each.name}")}


def _bounds(given: dict[str, str], user: User) -> dict[str, Any]:
    """Returns the bounds of the site's targets, which operators set. Raises ConfigError."""
    if not user.is_staff:
        return {}
    rate = given.get("rate", "").strip() or "0"
    if not rate.isdecimal() or len(rate) > 9:
        raise ConfigError("The rate is a whole number of messages a minute, or empty for any.")
    return {"dry_run": given.get("dry_run") == "on", "rate": int(rate)}


def _setup(found: Target) -> dict[str, Any]:
    try:
        opened = services.opened(found)
    except (KeyRingError, KeyError, ValueError, TypeError):
        return {"dry_run": False, "rate": 0}
    return {"dry_run": opened.dry_run, "rate": opened.rate}


def _channel(found: Target) -> Channel:
    try:
        return channels.named(found.channel)
    except KeyError:
        raise Http404("its channel is not here any more") from None
