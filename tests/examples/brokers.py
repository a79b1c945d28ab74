"""Runs real brokers for the examples, each on free ports of the loopback address, with its files in a folder."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.emulators import free_port
from tests.waiting import wait_for

# Of the packages mosquitto and rabbitmq-server (tests/machine).
MOSQUITTO = Path("/usr/sbin/mosquitto")
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def mosquitto(folder: Path) -> Iterator[int]:
    """Runs the MQTT broker; gives its port."""
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser {os.environ.get('USER', 'root')}\n")
    with _running([str(MOSQUITTO), "-c", str(settings)], {}):
        wait_for(lambda: listens(port))
        yield port


@contextmanager
def rabbitmq(folder: Path) -> Iterator[int]:
    """Runs the AMQP broker and Erlang's port mapper, which would else stay behind; gives the broker's port."""
    port, mapper = free_port(), free_port()
    (folder / "plugins").write_text("[].")
    variables = {
        "HOME": folder,  # for the cookie
        "RABBITMQ_NODENAME": "examples@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": port,
        "RABBITMQ_DIST_PORT": free_port(),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": folder / "data",
        "RABBITMQ_LOG_BASE": folder / "log",
        "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "plugins",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": mapper,
    }
    environment = {name: str(value) for name, value in variables.items()}
    epmd = shutil.which("epmd") or "epmd"
    with _running([epmd, "-port", str(mapper), "-address", "127.0.0.1"], {}):
        wait_for(lambda: listens(mapper))
        with _running([str(RABBITMQ)], environment):
            wait_for(lambda: listens(port), 60)
            yield port


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _running(words: list[str], variables: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        words,
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
