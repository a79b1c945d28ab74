"""Emulators of Kinesis for the tests, each a process of its own on a free port of this machine.

kinesis-local (npm) re-shards as Amazon's does, and is slow: for fewer than 2,000 records. MiniStack (pip) takes volume,
and has other AWS services; a shard that is split is gone from it at once.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from tests.deployment import ROOT
from tests.waiting import wait_for

FOLDER = Path(__file__).resolve().parent
# npm ci --prefix tests/emulators --ignore-scripts
KINESIS_LOCAL = FOLDER / "node_modules" / "kinesis-local"
# pip install --no-deps --target build/ministack --requirement tests/emulators/requirements.txt
MINISTACK = ROOT / "build" / "ministack"
LATENCY = "1ms"  # of the delays that take seconds on Amazon

Environment = dict[str, str]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def kinesis_local() -> Iterator[str]:
    """Runs it; gives its URL."""
    port = free_port()
    durations = ("CREATE_STREAM", "DELETE_STREAM", "SPLIT_SHARD", "MERGE_SHARDS")
    environment = {f"{name}_DURATION": LATENCY for name in durations} | {
        "KINESIS_MOCK_CERT_PATH": str(KINESIS_LOCAL / "server.json"),  # else it looks in the working directory
        "KINESIS_MOCK_PLAIN_PORT": str(port),
        "KINESIS_MOCK_TLS_PORT": str(free_port()),
        "SHARD_LIMIT": "10000",
        "LOG_LEVEL": "ERROR",
    }
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    command = [node, "--require", str(FOLDER / "loopback.cjs"), str(KINESIS_LOCAL / "main.js")]
    with _running(command, environment, f"http://127.0.0.1:{port}", "/healthcheck"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def ministack() -> Iterator[str]:
    """Runs it; gives its URL."""
    port = free_port()
    environment = {
        "PYTHONPATH": str(MINISTACK),  # its own botocore
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "ministack"]
    with _running(command, environment, f"http://127.0.0.1:{port}", "/_ministack/health"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], environment: Environment, url: str, health: str) -> Iterator[None]:
    with TemporaryDirectory() as folder:
        environment = os.environ | environment | {"TMPDIR": folder}
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: _healthy(process, url + health))
            yield
        finally:
            process.kill()  # it keeps nothing, and would wait for our connections
            process.wait(timeout=60)


def _healthy(process: "subprocess.Popen[bytes]", url: str) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}; `make check` installs what it needs.")
    try:
        with urlopen(url, timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
