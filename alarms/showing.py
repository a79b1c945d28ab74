"""Shows episodes to people: as rows of lists and of the topic `alarms`, and as the number on the bell."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from alarms import wording
from alarms.models import Episode, RuleVersion
from alarms.spec import SEVERITIES as LEAST_FIRST
from alarms.spec import RuleSpec, SpecError, read
from common.text import counted
from streams.core.clock import iso
from streams.models.kept import Kept

SEVERITIES = LEAST_FIRST[::-1]  # the worst first
SHOWN = 50  # open episodes in the topic
CSV_COLUMNS = (
    "severity",
    "rule",
    "title",
    "key",
    "stream",
    "started",
    "ended",
    "value",
    "peak",
    "level",
    "calls",
    "notices",
    "suppressed",
    "acknowledged",
    "acknowledged_by",
    "note",
    "rule_version",
    "application_version",
    "url",
)

_OPEN = Kept(
    lambda: (
        Episode.objects.filter(ended=None)
        .order_by()
        .values_list("severity")
        .annotate(number=Count("pk"), newest=Max("pk"))
    )
)


def is_open() -> QuerySet[Episode]:
    """Returns the open episodes, the newest first."""
    return Episode.objects.filter(ended=None).select_related("rule").order_by("-started", "-pk")


def bell() -> dict[str, Any]:
    """Returns how many episodes are open, the worst severity ("" without one), and the highest number, in one query."""
    counts = {severity: (number, newest) for severity, number, newest in _OPEN.rows()}
    return {
        "open": sum(number for number, _ in counts.values()),
        "worst": next((severity for severity in SEVERITIES if severity in counts), ""),
        "newest": max((newest for _, newest in counts.values()), default=0),
    }


def in_words(number: int) -> str:
    """Returns the number of open alarms in words, as a screen reader says it."""
    return f"{counted(number, 'open alarm')}" if number else "No open alarms"


def snapshot(now: datetime) -> dict[str, Any]:
    """Builds the topic `alarms`. It has no time of its own, so that an unchanged state is sent once."""
    return bell() | {"episodes": rows(is_open()[:SHOWN])}


def rows(episodes: Iterable[Episode]) -> list[dict[str, Any]]:
    """Returns the episodes as values of JSON, with `reached` in words; `rule` must be loaded with them."""
    found = list(episodes)
    texts = _versions([each.rule_id for each in found if not each.rule.own])
    specs = {each.pk: _spec(texts.get((each.rule_id, each.rule_version), "")) for each in found}
    return [row(each) | {"reached": wording.reached(specs[each.pk], each.level, each.value)} for each in found]


def _versions(rules: list[int]) -> dict[tuple[int, int], str]:
    """Returns the texts of rules by rule and version."""
    found = RuleVersion.objects.filter(rule__in=set(rules)).values_list("rule", "number", "spec") if rules else []
    return {(rule, number): text for rule, number, text in found}


@lru_cache(maxsize=256)
def _spec(text: str) -> RuleSpec | None:
    try:
        return read(text)
    except SpecError:
        return None


def row(episode: Episode) -> dict[str, Any]:
    """Returns an episode as values of JSON; times are ISO."""
    return {
        "id": episode.pk,
        "url": reverse("episode", args=[episode.pk]),
        "rule": episode.rule.name,
        "title": episode.rule.title,
        "key": episode.key,
        "stream": episode.stream,
        "severity": episode.severity,
        "started": iso(episode.started),
        "ended": iso(episode.ended),
        "value": episode.value,
        "peak": episode.peak,
        "level": episode.level,
        "acknowledged_by": episode.acknowledged_by,
    }


def csv_row(episode: Episode) -> list[Any]:
    """Returns the cells of CSV_COLUMNS."""
    more = {name: getattr(episode, name) for name in ("calls", "notices", "suppressed", "note", "rule_version")}
    more |= {"acknowledged": iso(episode.acknowledged), "application_version": episode.application_version}
    found = row(episode) | more
    return [found[name] for name in CSV_COLUMNS]
