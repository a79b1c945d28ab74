"""Webhooks delivered a second, from the commit of the first record's notice to the last receipt, on two databases.

A worker's commits write the notices, 500 in each, while `manage.py notify` delivers them to one receiver by several
targets, signed, each attempt with its line in the ledger. The yardstick is a million an hour: 278 a second.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by
from tests.databases import Database, missing, server
from tests.deployment import ROOT, Deployment

ROUNDS = 3
NOTICES = 30_000
TARGETS = 16
YARDSTICK = 278  # a second: a million an hour


def run(options: Options) -> Iterator[Figure]:
    rates: dict[str, list[float]] = {}
    for _ in options.rounds(ROUNDS):
        for name in ("sqlite", "postgres"):
            if name in missing():
                print(f"\n{name} was not run: this machine has no server of it.")
                continue
            rates.setdefault(name, []).append(measured(name, options.amount(NOTICES)))
    for name, values in rates.items():
        aim = Aim(10 * YARDSTICK, at_least=True)
        yield Figure(f"webhooks delivered, {name}", "messages/s", values, aim)


def measured(name: str, notices: int) -> float:
    """Returns the messages a second, in one run on a fresh database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-")))
        database: Database | None = None if name == "sqlite" else stack.enter_context(server(name))
        deployment = Deployment(folder, database)
        deployment.environment |= {"ALLOWED_TARGETS": "127.0.0.1"}
        receiver = stack.enter_context(process("-m", "benchmarks.parts.alarm_receiver", str(notices + 1)))
        assert receiver.stdout
        port = receiver.stdout.readline().split()[1]
        stack.enter_context(process("manage.py", "notify", environment=deployment.environment))
        words = (port, str(TARGETS), str(notices))
        began = found_by("alarm_notices", *words, environment=deployment.environment)["began"]
        ended = json.loads(receiver.stdout.readline())["ended"]
    return float(notices / (ended - began))


@contextmanager
def process(*words: str, environment: dict[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Runs Python with some words, and ends it."""
    command = [sys.executable, *words]
    running = subprocess.Popen(command, cwd=ROOT, env=environment or os.environ, text=True, stdout=subprocess.PIPE)
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=60)
