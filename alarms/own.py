"""Turns the episodes that an application finds by itself into the site's episodes and notices."""

from collections.abc import Iterator, Sequence

from alarms.evaluation import AGAIN, CLEARED, FIRING, RESOLVED
from alarms.models import Episode, Notice, Rule
from alarms.storing import Findings, name_of
from common.text import storable
from streams.applications import Application
from streams.core import clock
from streams.core.names import MOST_KEY
from streams.observations import OwnEpisode, OwnFindings, OwnNotice

SEVERITY = "warning"  # of all episodes that an application finds by itself


def own_rule(application: Application) -> Rule:
    """Returns the rule of an application that finds its episodes itself; makes it where there is none yet."""
    names = {"name": application.name, "own": True}
    found = Rule.objects.filter(**names).first()
    if found is None:
        made = Rule(title=application.title, application=application.name, **names)
        Rule.objects.bulk_create([made], ignore_conflicts=True)
        found = Rule.objects.get(name=application.name)
    return found


def add(findings: Findings, rule: Rule, stream: str, shard: str, own: OwnFindings) -> None:
    """Adds an application's own episodes and notifications."""
    calls = _by_episode(own)
    for each in own.episodes:
        name = _name(rule, stream, each)
        findings.begun[name] = _episode(rule, stream, shard, name, each)
        findings.notices.extend([(name, notice) for notice in _notices(name, each, calls.get(each[:3], []))])


def _name(rule: Rule, stream: str, each: OwnEpisode) -> str:
    return name_of(rule.name, stream, each.key, each.started, each.place)


def _episode(rule: Rule, stream: str, shard: str, name: str, each: OwnEpisode) -> Episode:
    return Episode(
        name=name,
        rule=rule,
        rule_version=rule.version,
        stream=stream,
        shard=shard,
        key=storable(each.key, MOST_KEY),
        severity=SEVERITY,
        started=clock.to_datetime(each.started),
        ended=None if each.ended is None else clock.to_datetime(each.ended),
        ending="" if each.ended is None else CLEARED,
        level=each.level,
        value=each.value,
        peak=each.peak,
        calls=each.calls,
        notices=each.notices,
        suppressed=each.suppressed,
        cause=f'{{"place":"{each.place}"}}',
    )


def _by_episode(own: OwnFindings) -> dict[tuple[str, str, int], list[OwnNotice]]:
    """Returns the notifications by key, place and start of their episode: the latest of their key that had begun."""
    found: dict[tuple[str, str, int], list[OwnNotice]] = {}
    for call in own.notices:
        begun = [each for each in own.episodes if each.key == call.key and each.started <= call.at]
        if begun:
            found.setdefault(max(begun, key=lambda each: each.started)[:3], []).append(call)
    return found


def _notices(name: str, episode: OwnEpisode, calls: Sequence[OwnNotice]) -> Iterator[Notice]:
    for number, call in enumerate(calls, episode.notices - len(calls) + 1):
        yield _notice(name, FIRING if number == 1 else AGAIN, number, call.at, call.value, call.suppressed)
    if episode.ended is not None and episode.notices:
        yield _notice(name, RESOLVED, episode.notices + 1, episode.ended, None, 0)


def _notice(name: str, kind: str, number: int, at: int, value: float | None, suppressed: int) -> Notice:
    return Notice(
        name=name_of(name, kind, number),
        kind=kind,
        at=clock.to_datetime(at),
        value=value,
        suppressed=suppressed,
    )
