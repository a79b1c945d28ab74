"""manage.py alarms targets | add-target | remove-target | send-test: the places to which messages go."""

import json
from typing import Any

from django.db.models import Count, Q

from alarms import targets
from alarms.channels.base import ConfigError, Outcome
from alarms.models import Rule, Subscription, Target
from alarms.spec import SEVERITIES
from common.text import escaped, quoted
from streams.core.clock import iso
from streams.management import table
from streams.management.options import up_to
from streams.management.plain import PlainCommand, UsageError

ACTOR = "manage.py"
VALUE_HELP = "a value of the channel, such as url=https://example.org/in; repeat it for several"


def add(subparsers: Any) -> None:
    """Adds the verbs to the command."""
    listing = subparsers.add_parser("targets", help="lists the targets, with what waits for each")
    listing.add_argument("--json", action="store_true", help="a JSON object for each")
    listing.set_defaults(action=show)
    adding = subparsers.add_parser("add-target", help="makes a target of the whole site, and subscribes it")
    adding.add_argument("name")
    adding.add_argument("channel")
    adding.add_argument("--value", action="append", default=[], metavar="NAME=VALUE", help=VALUE_HELP)
    adding.add_argument("--rule", help="the rule that it is told of (default: all)")
    adding.add_argument("--least", choices=SEVERITIES, default="info", help="the lowest severity (default: info)")
    adding.add_argument("--dry-run", action="store_true", help="calls nothing, and notes each call that it would make")
    adding.add_argument("--rate", type=up_to(targets.MOST_RATE), default=0, help="messages a minute (default: any)")
    adding.set_defaults(action=make)
    for verb, action, words in (
        ("remove-target", remove, "removes a target; its messages stay in the ledger"),
        ("send-test", test, "sends a test message, and tells the receiver's own answer"),
    ):
        parser = subparsers.add_parser(verb, help=words)
        parser.add_argument("name")
        parser.set_defaults(action=action)


def show(command: PlainCommand, **options: Any) -> None:
    """Lists the targets."""
    waiting = Count("messages", filter=Q(messages__state="waiting"))
    failed = Count("messages", filter=Q(messages__state="failed"))
    found = Target.objects.annotate(waiting=waiting, failed=failed).select_related("owner").order_by("name")
    rows = [_row(target) for target in found]
    if options["json"]:
        for row in rows:
            command.stdout.write(json.dumps(row))
        return
    for line in table.lines(rows):
        command.stdout.write(line)


def _row(target: Any) -> dict[str, Any]:
    return {
        "name": target.name,
        "channel": target.channel,
        "owner": target.owner and target.owner.get_username(),
        "enabled": target.enabled,
        "waiting": target.waiting,
        "failed": target.failed,
        "resumes": iso(target.resumes),
        "values": " ".join(f"{name}={value}" for name, value in targets.shown(target).items()),
    }


def make(command: PlainCommand, **options: Any) -> None:
    """Makes a target and its subscription."""
    rule = Rule.objects.filter(name=options["rule"]).first()
    if options["rule"] and rule is None:
        raise UsageError(f"There is no rule {quoted(options['rule'])}.")
    try:
        values = dict(each.split("=", 1) for each in options["value"])
    except ValueError:
        raise UsageError("Write each --value as NAME=VALUE.") from None
    words = {"actor": ACTOR, "dry_run": options["dry_run"], "rate": options["rate"]}
    try:
        target = targets.make(options["name"], options["channel"], values, **words)
    except ConfigError as error:
        raise UsageError(str(error)) from None
    Subscription.objects.create(target=target, rule=rule, least=options["least"])
    command.stdout.write(f"Made the target {quoted(target.name)}. Its values: {_row_values(target)}")


def _row_values(target: Target) -> str:
    setup = targets.opened(target)
    secret = f" Its secret, shown this once: {setup.values['secret']}" if "secret" in setup.values else ""
    return " ".join(f"{name}={value}" for name, value in targets.shown(target).items()) + "." + secret


def remove(command: PlainCommand, **options: Any) -> None:
    """Removes a target."""
    target = _named(options["name"])
    targets.remove(target, actor=ACTOR)
    command.stdout.write(f"Removed the target {quoted(options['name'])}.")


def test(command: PlainCommand, **options: Any) -> None:
    """Sends a test; exits 1 if the receiver did not take it."""
    target = _named(options["name"])
    receipt, took = targets.test(target, actor=ACTOR)
    answer = escaped(" ".join(receipt.answer.split()))
    if not receipt.good:
        command.fail(f"The target {quoted(target.name)} did not take it, after {took} ms: {answer}", 1)
    command.stdout.write(answer if receipt.outcome is Outcome.DRY else f"Delivered in {took} ms: {answer}")


def _named(name: str) -> Target:
    target = Target.objects.filter(name=name).select_related("owner").first()
    if target is None:
        raise UsageError(f"There is no target {quoted(name)}: `alarms targets` lists them.")
    return target
