"""manage.py alarms list | ack | silence: the episodes that rules found, and the acts of people on them."""

import json
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from alarms import acknowledging, maintenance, showing
from alarms.acknowledging import RefusedError
from alarms.management.verbs.rules import named
from alarms.models import Episode
from common.text import escaped, quoted
from streams.core import clock
from streams.management import table
from streams.management.options import up_to
from streams.management.plain import PlainCommand, UsageError

ACTOR = "manage.py"
MOST = 1000  # episodes of a list
SHOWN = ("id", "severity", "rule", "key", "stream", "started", "ended", "value", "peak", "acknowledged_by")
DAY = 24 * 60  # minutes


def add(subparsers: Any) -> None:
    """Adds the verbs to the command."""
    listing = subparsers.add_parser("list", help="lists the open alarms, the latest first")
    listing.add_argument("--rule", help="only those of one rule")
    listing.add_argument("--hours", type=up_to(100_000), help="also those that ended within so many hours")
    listing.add_argument("--json", action="store_true", help="a JSON object for each")
    listing.set_defaults(action=show)
    taking = subparsers.add_parser("ack", help="notes that somebody takes care of an open alarm")
    taking.add_argument("id", type=int, help="its number, as `list` shows it")
    taking.add_argument("--note", default="", help="a note that is kept with it")
    taking.set_defaults(action=acknowledge)
    silencing = subparsers.add_parser("silence", help="holds messages back; alarms are found and shown all the same")
    silencing.add_argument("--rule", help="of one rule (default: all)")
    silencing.add_argument("--key", default="", help="of one key (default: all)")
    silencing.add_argument("--minutes", type=up_to(90 * DAY), help="for so long (default: until the open alarm clears)")
    silencing.add_argument("--reason", required=True, help="stands in the ledger beside each message held back")
    silencing.set_defaults(action=silence)


def show(command: PlainCommand, **options: Any) -> None:
    """Lists episodes."""
    wanted = Q(ended=None)
    if options["hours"]:
        wanted |= Q(ended__gte=timezone.now() - timedelta(hours=options["hours"]))
    found = Episode.objects.filter(wanted).select_related("rule").order_by("-started", "-pk")
    if options["rule"]:
        found = found.filter(rule=named(options["rule"]))
    rows = showing.rows(found[:MOST])
    if options["json"]:
        for row in rows:
            command.stdout.write(json.dumps(row))
        return
    for line in table.lines({name: row[name] for name in SHOWN} for row in rows):
        command.stdout.write(line)
    if len(rows) == MOST:
        command.stderr.write(f"These are the latest {MOST:,}; there may be more.", str)


def acknowledge(command: PlainCommand, **options: Any) -> None:
    """Acknowledges an episode."""
    try:
        found = acknowledging.acknowledge(options["id"], ACTOR, timezone.now(), options["note"])
    except Episode.DoesNotExist:
        raise UsageError(f"There is no alarm {options['id']}: `alarms list` shows the open ones.") from None
    except RefusedError as error:
        raise UsageError(str(error)) from None
    command.stdout.write(f"Acknowledged {escaped(f'{found.rule.title}: {found.key}')}.")


def silence(command: PlainCommand, **options: Any) -> None:
    """Makes a silence."""
    now, minutes = timezone.now(), options["minutes"]
    until = now + timedelta(minutes=minutes) if minutes else None
    rule = named(options["rule"]) if options["rule"] else None
    try:
        made = maintenance.silence(rule, options["key"], until, options["reason"], ACTOR, now)
    except RefusedError as error:
        raise UsageError(str(error)) from None
    ends = f"until {clock.iso(made.until)}" if made.until else "until the open alarm clears"
    about = quoted(rule.name) if rule else "all rules"
    command.stdout.write(f"Messages of {about} are held back {ends}.")
