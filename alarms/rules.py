"""Makes, changes and removes rules: each change is a new version, with its author, and is audited.

Workers follow a change from one of their next commits on, within about half a second.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from alarms import storing
from alarms.active import TOPIC
from alarms.evaluation import REMOVED, RESOLVED
from alarms.models import Episode, Notice, Rule, RuleVersion, Watched
from alarms.spec import RuleSpec, SpecError, check, written
from streams import applications
from streams.coordination.leases import living_owners
from streams.declarations import Dataset
from streams.models import Audit
from streams.models.progress import announce

MOST = 500  # rules
MOST_TITLE = 120
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@transaction.atomic
def make(name: str, title: str, spec: RuleSpec, who: str, now: datetime) -> Rule:
    """Makes a rule. Raises SpecError with every reason against it.

    A rule of that name that was removed goes on: its versions and episodes stay.
    """
    _refuse(name, title, spec)
    found = Rule.objects.select_for_update().filter(name=name).first()
    if found and (found.removed is None or found.own):
        raise SpecError(f"There is a rule {name!r} already.")
    if Rule.objects.filter(removed=None, own=False).count() >= MOST:
        raise SpecError(f"There are {MOST} rules, the most that there can be. Remove one first.")
    rule = found or Rule(name=name, version=0)
    rule.title, rule.application, rule.enabled, rule.removed = title, spec.application, True, None
    return _next_version(rule, spec, who, now, "rule")


@transaction.atomic
def change(rule: Rule, title: str, spec: RuleSpec, who: str, now: datetime) -> Rule:
    """Changes a rule. Its open episodes end, and the new version begins anew. Raises SpecError."""
    rule = _held(rule)
    _refuse(rule.name, title, spec)
    if spec.application != rule.application:
        raise SpecError(f"The rule watches {rule.application}. Make another rule for {spec.application}.")
    rule.title = title
    return _next_version(rule, spec, who, now, "rule change")


@transaction.atomic
def enable(rule: Rule, who: str, *, enabled: bool) -> Rule:
    """Turns a rule on or off; its open episodes end when it is turned off. This is no new version."""
    rule = _held(rule)
    if rule.enabled != enabled:
        rule.enabled = enabled
        rule.save(update_fields=["enabled"])
        if not enabled:
            _end_where_nobody_works(rule)
        _note(rule, who, "rule on" if enabled else "rule off")
    return rule


@transaction.atomic
def remove(rule: Rule, who: str, now: datetime) -> None:
    """Removes a rule. Its open episodes end; all its episodes stay. Raises SpecError for a rule of an application."""
    rule = _held(rule)
    if rule.own:
        raise SpecError(f"The rule {rule.name!r} belongs to its application; turn it off instead.")
    rule.removed = now
    rule.save(update_fields=["removed"])
    _end_where_nobody_works(rule)
    _note(rule, who, "rule removal")


def find_dataset(name: str) -> Dataset | None:
    """Returns the dataset of a name; None if there is none."""
    return next((each for each in applications.datasets() if each.name == name), None)


def _end_where_nobody_works(rule: Rule) -> None:
    """Ends the open episodes of a rule whose application no worker runs; else its workers do, with a next commit.

    Workers leave the episodes of an application's own rule alone, so that these end here in any case.
    """
    if not rule.own and living_owners(application=rule.application):
        return
    found = Episode.objects.filter(rule=rule, ended=None)
    told = [(each.pk, each.name, each.notices) for each in found if each.notices]
    found.update(ended=Greatest(Now(), F("started")), ending=REMOVED)
    Notice.objects.bulk_create(
        [
            Notice(name=storing.name_of(name, RESOLVED, number + 1), episode_id=pk, kind=RESOLVED, at=Now(), made=Now())
            for pk, name, number in told
        ],
        ignore_conflicts=True,
    )
    Watched.objects.filter(rule=rule).delete()
    announce(storing.TOPIC)


def _held(rule: Rule) -> Rule:
    found = Rule.objects.select_for_update().filter(pk=rule.pk, removed=None).first()
    if found is None:
        raise SpecError(f"The rule {rule.name!r} was removed.")
    return found


def _refuse(name: str, title: str, spec: RuleSpec) -> None:
    reasons: list[Any] = []
    if not _NAME.fullmatch(name):
        reasons.append("A rule's name is 1 to 64 lower-case letters, digits, '-' or '_', with no sign at its front.")
    if applications.is_known(name):
        reasons.append(f"{name!r} is the name of an application; choose another.")
    if not 1 <= len(title) <= MOST_TITLE or not title.isprintable():
        reasons.append(f"A rule's title is 1 to {MOST_TITLE} characters on one line.")
    try:
        check(spec, find_dataset)
    except SpecError as error:
        reasons.append(error)
    if reasons:
        raise SpecError(" ".join(map(str, reasons)))


def _next_version(rule: Rule, spec: RuleSpec, who: str, now: datetime, action: str) -> Rule:
    rule.version += 1
    rule.save()
    RuleVersion.objects.create(rule=rule, number=rule.version, spec=written(spec), at=now, who=who)
    _note(rule, who, action)
    return rule


def _note(rule: Rule, who: str, action: str) -> None:
    Audit.objects.create(who=who, action=action, target=f"{rule.name}, version {rule.version}", count=0)
    announce(TOPIC)
