"""manage.py metrics: serves metrics for Prometheus on a loopback port."""

import ipaddress
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import start_wsgi_server

from common.loop import Loop
from monitoring.closed_windows import ClosedWindows
from monitoring.collector import MillraceCollector
from streams.management.plain import PlainCommand, UsageError
from streams.wiring import count_waiting


class Command(PlainCommand):
    help = (
        "Serves figures for Prometheus at http://ADDRESS:PORT/metrics, from one process. docs/monitoring.md names them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", type=place, default=("127.0.0.1", 9101), metavar="ADDRESS:PORT", help=BIND_HELP)

    def handle(self, *args: Any, **options: Any) -> None:
        address, port = options["bind"]
        registry = CollectorRegistry()
        registry.register(MillraceCollector(count_waiting, timezone.now, ClosedWindows()))
        try:
            server, thread = start_wsgi_server(port, address, registry)
        except OSError as error:
            raise UsageError(f"Nothing can be served at {address}:{port}: {error.strerror}.") from None
        loop = Loop(lambda: False, idle=0.1, finished=lambda: not thread.is_alive())  # the thread does the work
        loop.stop_on_signals()
        self.stderr.write(f"Figures are at http://{address}:{server.server_port}/metrics", str)
        loop.run()
        server.shutdown()
        thread.join()
        server.server_close()


def place(text: str) -> tuple[str, int]:
    """Parses ADDRESS:PORT on this machine, for argparse."""
    address, _, port = text.rpartition(":")
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback and 0 <= int(port) <= 65535:
            return address.strip("[]"), int(port)
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r} is no loopback address and port, such as 127.0.0.1:9101")


BIND_HELP = "where, on this machine only: the figures are for nobody else (default: 127.0.0.1:9101)"
