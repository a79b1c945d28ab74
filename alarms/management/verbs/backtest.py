"""manage.py alarms backtest: counts the alarms that a rule makes of rows that are kept, or of archived records."""

import json
from typing import Any

from msgspec.structs import replace

from alarms import curves, recounting
from alarms.management.verbs.rules import named
from alarms.pages import rule_form
from alarms.spec import SpecError, check, read
from common.text import counted
from dashboard import ranges
from dashboard.ranges import RangeError
from streams.core import clock
from streams.management.plain import PlainCommand, UsageError


def add(subparsers: Any) -> None:
    """Adds the verb to the command."""
    words = "counts the alarms that a rule makes of kept rows and archived records"
    parser = subparsers.add_parser("backtest", help=words)
    parser.add_argument("name")
    parser.add_argument("--range", default="7d", help="a time such as 1h, 7d, yesterday (default: 7d)")
    parser.add_argument("--level", type=float, help="the raise level to try, which itself raises (default: the rule's)")
    parser.add_argument(
        "--clear", type=float, help="the clear level to try, which itself does not clear (default: the rule's)"
    )
    parser.add_argument("--stream", help="that the application reads (default: its own)")
    parser.add_argument("--json", action="store_true", help="a JSON object")
    parser.set_defaults(action=backtest)


def backtest(command: PlainCommand, **options: Any) -> None:
    """Counts and prints; changes nothing."""
    rule = named(options["name"])
    version = rule.versions.filter(number=rule.version).first()
    if version is None:
        raise UsageError(f"The application finds the alarms of {rule.name} itself, so they cannot be counted again.")
    tried = {name: options[name] for name in ("level", "clear") if options[name] is not None}
    try:
        spec = replace(read(version.spec), **tried)
        check(spec, curves.dataset_of)
        span = ranges.parse(options["range"], clock.now())
    except (SpecError, RangeError) as error:
        raise UsageError(str(error)) from None
    dataset = curves.dataset_of(spec.dataset)
    if dataset is None or dataset.cells is None:
        raise UsageError(f"The rows of {spec.dataset} cannot be counted.")
    stream = options["stream"] or rule_form.stream_of(dataset)
    found = recounting.count(dataset, spec, stream, span, records=None)
    row = found.made._asdict() | {"rows": found.rows, "records": found.records, "since": clock.to_iso(found.since)}
    if options["json"]:
        command.stdout.write(json.dumps(row | {"cut": found.cut, "milliseconds": found.took}))
        return
    made, told = found.made, found.made.notices + found.made.ends
    words = f"{counted(made.alarms, 'alarm')} ({made.open:,} still open), {counted(told, 'message')}"
    command.stdout.write(f"{words}, of {counted(found.rows, 'row')} since {row['since'][:19]}Z.")
    if found.records:
        command.stdout.write(f"Older rows were computed from {counted(found.records, 'record')}.")
    if found.older:
        command.stderr.write(f"Older rows could not be computed. {found.older}", str)
    if found.cut:
        command.stderr.write("There are more rows than were counted: choose a shorter time.", str)
