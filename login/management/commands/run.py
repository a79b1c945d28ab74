"""manage.py run: starts all of Millrace on this machine. `make run` sets up the checkout and calls it."""

import errno
import os
import signal
import socket
import sys
from datetime import datetime
from io import StringIO
from itertools import cycle
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts import events
from accounts.models import User
from login import first_steps
from login.supervisor import COLOURS, Supervisor, foreground, parse
from streams import applications
from streams.management.plain import PlainCommand
from streams.wiring import is_kinesis

HOST = "127.0.0.1"
KINESIS_API = "kinesis-api"  # in the Procfile


class Command(PlainCommand):
    help = "Starts the site, producers and workers on this machine, and keeps them running until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_taken_port()
        call_command("migrate", verbosity=0)
        for name in [*map(applications.stream_of, applications.names()), *first_steps.streams()]:
            call_command("streams", "create", name, "--if-absent")
        fault = self._endpoint_fault()
        self.tell_first_steps(fault)
        commands = parse((settings.BASE_DIR / "Procfile").read_text())
        if fault or is_kinesis():
            del commands[KINESIS_API]
        environment = os.environ | {"PORT": str(settings.PORT), "PYTHONUNBUFFERED": "1"}
        supervisor = Supervisor(commands, environment, settings.BASE_DIR, Printer([*commands]).say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.stop())
        with foreground():
            supervisor.run()
        if supervisor.reason:
            self.fail(supervisor.reason, 1)

    def tell_first_steps(self, fault: str) -> None:
        """Prints the address, the first password and lines to copy."""
        with events.told_last():
            first, site = not User.objects.exists(), f"http://localhost:{settings.PORT}"
            call_command("first_user", at=site, stdout=(said := StringIO()))
            for line in (
                *said.getvalue().splitlines(),
                *first_steps.lines(site, timezone.now(), first=first, fault=fault),
            ):
                self.stdout.write(line)
            self.stdout.flush()

    def _refuse_taken_port(self) -> None:
        if why := _fault(settings.PORT):
            self.fail(f"Port {settings.PORT} {why}. Take another: make run PORT={_another(settings.PORT, 8001)}", 1)

    def _endpoint_fault(self) -> str:
        """Returns a sentence that says why the Kinesis API cannot be served, and how it can; "" if it can."""
        port = settings.ENDPOINT_PORT
        if not (why := _fault(port)):
            return ""
        says = f"The Kinesis API is not started: port {port} {why}."
        return f"{says} Take another: make run PORT={settings.PORT} ENDPOINT_PORT={_another(port, 4568)}"


def _another(port: int, otherwise: int) -> int:
    """Returns a port to try in place of one that cannot be used."""
    return port + 1 if 1024 <= port < 65535 else otherwise


def _fault(port: int) -> str:
    """Returns why a server cannot listen at the port: binds it, as the server will, and frees it; "" if it can."""
    try:
        with socket.socket() as asked:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            asked.bind((HOST, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return "is taken by another program" if taken else f"cannot be used: {error.strerror}"
    return ""


class Printer:
    """Prints lines of many processes, each with the time and the process's name, in colours on a terminal."""

    def __init__(self, names: list[str]) -> None:
        self._width = max(map(len, names))
        self._colours = dict(zip(names, cycle(COLOURS))) if sys.stdout.isatty() else {}

    def say(self, name: str, line: str) -> None:
        head = f"{datetime.now().astimezone():%H:%M:%S} {name:<{self._width}} |"
        if colour := self._colours.get(name):
            head = f"\x1b[{colour}m{head}\x1b[0m"
        sys.stdout.write(f"{head} {line}\n")
        sys.stdout.flush()
