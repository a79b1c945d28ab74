"""A Millrace of a test's own: its commands in real processes, on a database and a stream in a folder."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.core.showing import json_line
from streams.operations.tail import Tail, row
from tests import dumps, once
from tests.databases import Database, kept, let_go, sqlite
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent

running: "set[subprocess.Popen[str]]" = (
    set()
)  # all that deployments have started; tests/conftest.py ends those that a test left


class Deployment:
    def __init__(self, folder: Path, database: Database | None = None) -> None:
        """On SQLite, unless another database is given."""
        self.folder = folder
        self.database = folder / "millrace.sqlite3"
        self.server = database or sqlite(self.database)
        self.streams = folder / "streams.sqlite3"
        self.environment = os.environ | {
            "DATABASE_URL": self.server.url,
            "STREAM_URL": f"embedded:{self.streams}",
            "ARCHIVE_URL": f"file:{folder / 'archive'}",
            "SECRET_KEY": "only-for-tests-" * 4,
        }
        self._migrate()

    def _migrate(self) -> None:
        """Makes the tables. Those of the first deployment of a kind in a run are kept; later ones begin with a copy."""
        if not dumps.is_empty(self.server):
            self.run("migrate", "--verbosity", "0")
            return

        def make(kept: Path) -> None:
            self.run("migrate", "--verbosity", "0")
            dumps.save(self.server, kept)

        name = f"{type(self).__qualname__}.{dumps.kind(self.server)}"
        once.first(name, make, partial(dumps.restore, self.server))

    def start(self, *words: str, variables: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """A manage.py command, running; it may have environment variables of its own."""
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", *words],
            env=self.environment | dict(variables or {}),
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running.add(process)
        return process

    def run(self, *words: str, code: int = 0) -> str:
        """Returns the output of a command, which must end with the exit code: stdout for 0, else stderr."""
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        assert (process.returncode, err if process.returncode != code else "") == (code, ""), err
        return out if code == 0 else err

    def run_all(self, *commands: Sequence[str]) -> str:
        """Runs commands one after the other in one process, since each start takes a second of a processor."""
        loop = f"from django.core.management import call_command\nfor words in {commands!r}:\n    call_command(*words)"
        return self.run("shell", "-v", "0", "-c", loop)

    def rows(self, *words: str) -> Iterator[dict[str, Any]]:
        """Yields the rows that a command prints with --json."""
        return map(json.loads, self.run(*words, "--json").splitlines())

    # The next three methods act on the embedded streams in this process: the start of a command takes a second.

    def create(self, *streams: str, shards: int = 1) -> None:
        """Creates streams, as `streams create` does."""
        for name in streams:
            with closing(EmbeddedStream(self.streams, name)) as stream:
                stream.create(shards)

    def created(self) -> list[str]:
        """Returns the names of the streams, sorted."""
        return EmbeddedStream.names(self.streams) if self.streams.exists() else []

    def records(self, name: str) -> list[dict[str, Any]]:
        """Returns the records of a stream as `streams tail --json` prints them."""
        with closing(EmbeddedStream(self.streams, name)) as stream:
            found = Tail(stream, TRIM_HORIZON, pause=lambda: None).held()
            return [json.loads(json_line(row(record, stream.sequence_text))) for record in found]

    def query(self, sql: str) -> list[Any]:
        """Straight from the database, past Django."""
        with closing(self.server.connect()) as connection:
            return _rows(connection, sql)

    def look(self, sql: str) -> list[Any]:
        """Does what `query` does, for a condition that is asked again and again: a connection to a server is kept."""
        if dumps.kind(self.server) == "sqlite":
            return self.query(sql)
        try:
            return _rows(kept(self.server), sql)
        except Exception:  # noqa: BLE001 - each driver has its own; the server was away, and may be back
            let_go()
            return self.query(sql)

    def can_write(self, owner: str) -> bool:
        """Returns whether the leases of owners like that, and the counters, can be written to.

        Otherwise some process is stopped in the middle of a write.
        """
        with closing(self.server.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(self.server.impatient)
            try:
                cursor.execute(f"UPDATE streams_lease SET counter = counter WHERE owner LIKE '{owner}'")
                cursor.execute("UPDATE watching_total SET value = value")
            except Exception as error:  # noqa: BLE001 - each driver has its own; any is a lock that did not come
                return not str(error)
        return True

    def applied(self, application: str) -> int:
        return int(
            self.look(
                f"SELECT coalesce(sum(applied + dead), 0) FROM streams_lease WHERE application = '{application}'"
            )[0][0]
        )

    def wait_until_applied(self, application: str, records: int) -> None:
        """Waits until workers have applied so many records for an application."""
        wait_for(lambda: self.applied(application) >= records)


def _rows(connection: Any, sql: str) -> list[Any]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def kill(process: "subprocess.Popen[str]") -> None:
    """As the power would: no signal that could be handled."""
    process.kill()
    process.communicate(timeout=60)


class Web:
    """The web server of a deployment, on a port of its own; it may be killed and started again."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        words = [
            "uvicorn",
            "login.asgi:application",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--lifespan",
            "off",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words, "--log-level", "warning", "--timeout-graceful-shutdown", "2"],
            env=self.deployment.environment,
            cwd=ROOT,
            text=True,
        )
        wait_for(lambda: answers(self.url), 300)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=60)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


def answers(url: str) -> bool:
    """Whether a server at this address shows its sign-in page."""
    try:
        with urlopen(f"{url}/accounts/sign-in/", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
