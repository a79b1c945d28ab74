"""Forks processes that are warm, since `manage.py notify` takes a second to start. They are killed like any other.

Reads lines: commands of manage.py, or "put NUMBER"; answers each with the child's process id.
"""

import json
import os
import random
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django first

import streams.management.commands.consume  # noqa: E402, F401
from alarms import queues  # noqa: E402
from streams import wiring  # noqa: E402


def put(number: int) -> None:
    """Puts as many order lines of eight new sites as raise an alarm of orders, and some more."""
    for place in range(8):
        site = f"site {number}/{place}"
        record = {"site": site, "InvoiceNo": "1", "StockCode": "a", "Quantity": 1, "InvoiceDate": "x", "UnitPrice": 1.0}
        wiring.open_stream("orders").put([(site, json.dumps(record).encode())] * 40)


def child(words: list[str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    if words[0] == "put":
        put(int(words[1]))
    else:
        call_command(*words)


queues.FIRST_WAIT, queues.LONGEST_WAIT = 0.05, 1.0  # rounds are short, and on a busy machine they fail more often
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
