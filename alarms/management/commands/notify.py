"""manage.py notify: makes messages of the notices that wait, and delivers them."""

import random
import sys
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from alarms.notifying import Notifier
from common.loop import Loop
from streams.management.plain import PlainCommand

UNTIL_DONE = "end once nothing waits that is due"
SWITCH = 0.001  # seconds after which a thread may take the interpreter: an answer is read soon after it came


class Command(PlainCommand):
    help = "Delivers the messages of alarms: docs/notify.md. Several processes share the work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-done", action="store_true", help=UNTIL_DONE)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.setswitchinterval(SWITCH)
        notifier = Notifier(timezone.now, random.random)
        loop = Loop(
            notifier.step,
            finished=lambda: options["until_done"] and notifier.is_done,
            pause=notifier.wait,
            idle=0.1,
        )
        loop.stop_on_signals()
        try:
            loop.run()
        finally:
            notifier.finish()
