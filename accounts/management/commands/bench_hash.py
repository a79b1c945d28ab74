"""manage.py bench_hash [--json]"""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.management.plain import PlainCommand
from accounts.passwords import cost


class Command(PlainCommand):
    help = "Measures the time of a password hash on this machine, and marks the PASSWORD_COST that fits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = [cost.measured(each) for each in cost.COSTS]
        best = cost.fitting(figures)
        if not options["json"]:
            self.stdout.write(cost.HEAD)
        for each in figures:
            facts = each.facts(best, settings.PASSWORD_COST)
            self.stdout.write(json.dumps(facts) if options["json"] else cost.line(**facts))
