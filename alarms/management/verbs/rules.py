"""manage.py alarms rules | add-rule | change-rule | remove-rule: the rules."""

import json
from pathlib import Path
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from alarms import rules, spec
from alarms.models import Rule, RuleVersion
from alarms.spec import RuleSpec, SpecError
from alarms.wording import condition
from common.text import escaped, quoted
from streams.management import table
from streams.management.plain import PlainCommand, UsageError

ACTOR = "manage.py"
SPEC_HELP = (
    "a file with the rule as JSON, or the JSON itself: docs/alarms.md has its members. The kind above raises at "
    "a value of at least its level, below at a value of at most its level"
)


def add(subparsers: Any) -> None:
    """Adds the verbs to the command."""
    listing = subparsers.add_parser("rules", help="lists the rules, with their open alarms and what raises them")
    listing.add_argument("--json", action="store_true", help="a JSON object for each, with what it watches")
    listing.set_defaults(action=show)
    for verb, action, words in (
        ("add-rule", make, "makes a rule; workers follow it within a second"),
        ("change-rule", change, "changes a rule; its open alarms end, and the new version begins anew"),
    ):
        parser = subparsers.add_parser(verb, help=words)
        parser.add_argument("name")
        parser.add_argument("spec", metavar="FILE|JSON", help=SPEC_HELP)
        parser.add_argument("--title", default="", help="for people (default: the name)")
        parser.set_defaults(action=action)
    removing = subparsers.add_parser("remove-rule", help="removes a rule; its open alarms end, and all of them stay")
    removing.add_argument("name")
    removing.set_defaults(action=remove)


def show(command: PlainCommand, **options: Any) -> None:
    """Lists the rules."""
    found = Rule.objects.filter(removed=None).order_by("name").annotate(open=Count("episodes", Q(episodes__ended=None)))
    specs = {(each.rule_id, each.number): each.spec for each in RuleVersion.objects.filter(rule__in=found)}
    texts = [(rule, specs.get((rule.pk, rule.version))) for rule in found]
    if options["json"]:
        for rule, text in texts:
            command.stdout.write(json.dumps(_row(rule) | {"spec": json.loads(text) if text else None}))
        return
    for line in table.lines(_row(rule) | {"raises": _condition(text)} for rule, text in texts):
        command.stdout.write(line)


def make(command: PlainCommand, **options: Any) -> None:
    """Makes a rule."""
    name = options["name"]
    try:
        rules.make(name, options["title"] or name, _read(options["spec"]), ACTOR, timezone.now())
    except SpecError as error:
        raise UsageError(str(error)) from None
    command.stdout.write(f"Made the rule {escaped(name)}.")


def change(command: PlainCommand, **options: Any) -> None:
    """Changes a rule."""
    rule = named(options["name"])
    try:
        rule = rules.change(rule, options["title"] or rule.title, _read(options["spec"]), ACTOR, timezone.now())
    except SpecError as error:
        raise UsageError(str(error)) from None
    command.stdout.write(f"Changed the rule {escaped(rule.name)}: it is version {rule.version} now.")


def remove(command: PlainCommand, **options: Any) -> None:
    """Removes a rule."""
    rule = named(options["name"])
    try:
        rules.remove(rule, ACTOR, timezone.now())
    except SpecError as error:
        raise UsageError(str(error)) from None
    command.stdout.write(f"Removed the rule {escaped(rule.name)}.")


def named(name: str) -> Rule:
    """Returns the rule of a name. Raises UsageError."""
    found = Rule.objects.filter(name=name, removed=None).first()
    if found is None:
        raise UsageError(f"There is no rule {quoted(name)}: `alarms rules` lists them.")
    return found


def _row(rule: Any) -> dict[str, Any]:
    return {
        "name": rule.name,
        "title": rule.title,
        "application": rule.application,
        "enabled": rule.enabled,
        "own": rule.own,
        "version": rule.version,
        "open": rule.open,
        "left_out": rule.left_out,
    }


def _condition(text: str | None) -> str:
    """Returns what raises in words; "" for a rule without a text, or one that cannot be read."""
    try:
        return condition(spec.read(text)) if text else ""
    except SpecError:
        return ""


def _read(text: str) -> RuleSpec:
    """Returns the rule in a JSON text, or in the file of that name. Raises SpecError or UsageError."""
    if text.lstrip().startswith("{"):
        return spec.read(text)
    try:
        return spec.read(Path(text).read_bytes())
    except OSError as error:
        raise UsageError(f"{quoted(text)} cannot be read: {error.strerror}.") from None
