"""Answers the ledger: every message with its target, its result, its attempts and answers, and why it was not sent."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from alarms import targets
from alarms.models import Attempt, Message, Notice, Rule
from alarms.pages import about
from alarms.pages.narrowing import EVER, asked_of, query
from dashboard import download, periods
from dashboard.periods import Period
from streams.core import clock
from streams.core.clock import iso

ROWS = 50
COLUMNS = (
    "made",
    "result",
    "target",
    "rule",
    "key",
    "severity",
    "notice",
    "held_back",
    "attempts",
    "done",
    "answer",
    "why",
    "message",
    "url",
)
NAMES = ("q", "rule", "target", "state")
UNTOLD = "untold"  # in place of a state: the notices of which somebody was not told, with the reasons


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Lists the messages, the newest first; the parameters NAMES and ?range= narrow the list."""
    period, asked = periods.read(request, timezone.now(), EVER), _asked(request)
    found: QuerySet[Any] = _within(narrowed(messages(), asked), period)
    if asked["state"] == UNTOLD:
        found = _within(narrowed_untold(asked), period)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "asked": asked,
        "narrows": any(asked.values()) or not period.usual,
        "period": period,
        "whole": period.usual,
        "page": page,
        "states": [(state, number, query(asked | {"state": state}, period)) for state, number in _counts().items()],
        "untold": [(notice, about.untold_reasons(notice)) for notice in page] if asked["state"] == UNTOLD else None,
        "untold_query": query(asked | {"state": UNTOLD}, period),
        "any_state": query(asked | {"state": ""}, period),
        "rules": Rule.objects.order_by("title").values_list("name", "title")[:500],
        "csv_url": f"{reverse('alarm-ledger-csv')}?{query(asked, period)}".removesuffix("?"),
    }
    return render(request, "alarms/ledger.html", context, status=400 if period.error else 200)


@token_allowed("read:dashboards")
@require_safe
def ledger_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams the messages of the same parameters as COLUMNS."""
    period, asked = periods.read(request, timezone.now(), EVER), _asked(request)
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    of_time = download.stamp(timezone.now()) if period.usual else period.in_names
    if asked["state"] == UNTOLD:
        rows = _untold_cells(_within(narrowed_untold(asked), period))
    else:
        rows = _cells(_within(narrowed(messages(), asked), period))
    return download.respond(f"alarm_ledger_{of_time}.csv", COLUMNS, rows)


def messages() -> QuerySet[Message]:
    """Returns all messages, the newest first, with the rule and the last answer of each loaded."""
    tries = Prefetch("tries", Attempt.objects.order_by("-at", "-pk"), to_attr="answers")
    found = Message.objects.select_related("notice__episode__rule", "target").prefetch_related(tries)
    return found.order_by("-made", "-pk")


def narrowed(found: QuerySet[Message], asked: dict[str, str]) -> QuerySet[Message]:
    """Returns the messages that fit the filters."""
    if text := asked["q"]:
        fits = Q()
        for field in ("target_name", "why", "name", "notice__episode__key", "notice__episode__rule__title"):
            fits |= Q(**{f"{field}__icontains": text})
        found = found.filter(fits | Q(pk__in=Attempt.objects.filter(answer__icontains=text).values("message")))
    exact = {"notice__episode__rule__name": asked["rule"], "target_name": asked["target"], "state": asked["state"]}
    return found.filter(**{field: value for field, value in exact.items() if value})


def _counts() -> dict[str, int]:
    """Returns the number of all messages by state."""
    found = dict(Message.objects.order_by().values_list("state").annotate(number=Count("pk")))
    return {state: found.get(state, 0) for state in Message.STATES}


def narrowed_untold(asked: dict[str, str]) -> QuerySet[Notice]:
    """Returns the notices of which somebody was not told, the newest first, that fit the filters."""
    found = Notice.objects.exclude(untold__in=["", "[]"]).select_related("episode__rule").order_by("-made", "-pk")
    if text := asked["q"]:
        fits = Q(untold__icontains=text) | Q(episode__key__icontains=text) | Q(episode__rule__title__icontains=text)
        found = found.filter(fits)
    found = found.filter(episode__rule__name=asked["rule"]) if asked["rule"] else found
    return found.filter(untold__icontains=asked["target"]) if asked["target"] else found


def _within(found: QuerySet[Any], period: Period) -> QuerySet[Any]:
    if period.usual:
        return found
    since, until = clock.to_datetime(period.span.start), clock.to_datetime(period.span.end)
    return found.filter(made__gte=since, made__lt=until)


def _asked(request: HttpRequest) -> dict[str, str]:
    return asked_of(request, NAMES, state=(*Message.STATES, UNTOLD))


def _cells(found: QuerySet[Message]) -> Iterator[list[Any]]:
    for each in found.iterator(1000):
        episode = each.notice.episode
        answers: list[Attempt] = each.answers  # type: ignore[attr-defined]  # of the Prefetch
        yield [
            iso(each.made),
            each.state,
            each.target_name,
            episode.rule.name,
            episode.key,
            episode.severity,
            each.notice.kind,
            each.notice.suppressed,
            each.attempts,
            iso(each.done),
            answers[0].answer if answers else "",
            targets.reason(each),
            each.name,
            reverse("episode", args=[episode.pk]),
        ]


def _untold_cells(found: QuerySet[Notice]) -> Iterator[list[Any]]:
    for each in found.iterator(1000):
        episode = each.episode
        for reason in about.untold_reasons(each):
            target, why = about.by_target(reason)
            yield [
                iso(each.made),
                "not told",
                target,
                episode.rule.name,
                episode.key,
                episode.severity,
                each.kind,
                each.suppressed,
                0,
                None,
                "",
                why,
                each.name,
                reverse("episode", args=[episode.pk]),
            ]
