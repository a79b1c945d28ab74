"""A Millrace of a benchmark's own: its commands in real processes, on a database and a stream on this disk."""

import json
import os
import select
import shlex
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.deployment import ROOT, Deployment
from tests.waiting import wait_for

PATIENCE = 120  # seconds, for anything: a benchmark that hangs is an error


class Part:
    """A module of benchmarks.parts, running. It says `ready`; told to finish, it prints its figures as JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self._process = process
        said = process.stdout.readline() if select.select([process.stdout], [], [], PATIENCE)[0] else "nothing"
        if said != "ready\n":
            raise RuntimeError(f"{process.args!r} said {said!r} instead of ready; its errors, if any, are above.")

    def finish(self, word: str = "") -> Any:
        """Returns its figures; `word` is the line that tells it to end."""
        out, _ = self._process.communicate(f"{word}\n", timeout=PATIENCE)
        return json.loads(out)


class Site(Deployment):
    """Ends all that it started when it is left."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        super().__init__(folder)
        self.environment |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "on",
            "SOCKET_LIMIT": "10000",
        }  # as after a clone
        self._running = running
        self._processes: list[subprocess.Popen[str]] = []
        self._log_path = folder / "log.txt"
        self._log = running.enter_context(self._log_path.open("w"))

    def manage(self, *words: str) -> "subprocess.Popen[str]":
        """A manage.py command in the background."""
        return self._start([sys.executable, str(ROOT / "manage.py"), *words])

    def part(self, name: str, *words: str, **environment: str) -> Part:
        command = [sys.executable, "-m", f"benchmarks.parts.{name}", *words]
        return Part(self._start(command, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None))

    def sign_in(self, name: str = "benchmark") -> str:
        """Returns the cookie of a session of a new user with that name."""
        return str(found_by("sign_in", name, environment=self.environment))

    def serve(self, application: str = "login.asgi:application", **environment: str) -> tuple[str, int]:
        """uvicorn by the Procfile's own line, answering; host:port and the process id."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        [line] = [line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: ")]
        words = (
            line.removeprefix("web: ")
            .removeprefix("exec ")
            .replace("$PORT", str(port))
            .replace("login.asgi:application", application)
        )
        process = self._start(shlex.split(words), environment)
        self.until(lambda: _answers(port))
        return f"127.0.0.1:{port}", process.pid

    def wait_until_held(self, application: str) -> None:
        """Until a worker holds a lease: the consumer is up and waiting."""
        self.until(
            lambda: self.query(f"SELECT 1 FROM streams_lease WHERE application = '{application}' AND owner != ''")
        )

    def until(self, condition: Callable[[], Any]) -> Any:
        """Its first true answer. Raises RuntimeError when something that it started has failed."""

        def look() -> Any:
            if any((process.poll() or 0) > 0 for process in self._processes):
                raise RuntimeError(f"A process failed: {self._log_path.read_text()[-2000:]}")
            return condition()

        return wait_for(look, PATIENCE)

    def batches(self) -> list[tuple[int, int]]:
        """Of the streams, in order: the last sequence number and arrival (milliseconds) of each batch stored."""
        with sqlite3.connect(self.streams) as connection:
            found = connection.execute("SELECT last_sequence, arrived FROM batches ORDER BY id").fetchall()
        connection.close()
        return found

    def _start(
        self, command: list[str], environment: dict[str, str] | None = None, **pipes: Any
    ) -> "subprocess.Popen[str]":
        outlets: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": self._log, "stderr": self._log} | pipes
        process: subprocess.Popen[str] = subprocess.Popen(
            command, env=self.environment | (environment or {}), cwd=ROOT, text=True, **outlets
        )
        self._running.callback(end, process)
        self._processes.append(process)
        return process


@contextmanager
def new_site() -> Iterator[Site]:
    """On the disk of this checkout, since a temporary folder may be memory, where nothing waits for a disk."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=build, prefix="benchmark-") as folder, ExitStack() as running:
        yield Site(Path(folder), running)


def found_by(name: str, *words: str, environment: dict[str, str] | None = None, patience: float = PATIENCE) -> Any:
    """Returns the output of a module of benchmarks.parts that ends by itself, within so many seconds."""
    command = [sys.executable, "-m", f"benchmarks.parts.{name}", *words]
    return json.loads(
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, timeout=patience).stdout
    )


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def end(process: "subprocess.Popen[str]") -> None:
    """Asks for it, and insists after 10 s."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
