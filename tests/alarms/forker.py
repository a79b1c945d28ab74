"""Forks processes that are warm, since `manage.py notify` takes a second to start. They are killed like any other.

Reads lines: "notify", "notify --until-done", or "write FIRST COUNT"; answers each with the child's process id.
"""

import os
import random
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django first
from django.db import transaction  # noqa: E402

import alarms.management.commands.notify  # noqa: E402, F401 - so that children have it
from alarms import queues  # noqa: E402
from tests.alarms import making  # noqa: E402


def write(first: int, count: int) -> None:
    """Commits episodes as a worker does: each with its first notice, and then its end, in transactions of their own."""
    burning = []
    for number in range(first, first + count):
        with transaction.atomic():
            burning.append(making.episode(f"k{number}"))
            making.notice(burning[-1])
            making.notice(burning[-1], "again")
        if random.random() < 0.5:
            continue
        with transaction.atomic():
            for each in burning:
                making.end(each, making.T0)
                making.notice(each, "resolved")
        burning = []


def child(words: list[str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    if words[0] == "write":
        write(int(words[1]), int(words[2]))
    else:
        call_command(*words)


queues.FIRST_WAIT = 0.05  # rounds are short
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once, as under a supervisor
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        try:
            child(line.split())
        finally:
            os._exit(0)
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()
