"""A deployment whose workers archive into a folder or into S3, and are killed while they do."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from tests.databases import Database
from tests.deployment import ROOT, Deployment
from tests.processes import lives
from tests.waiting import wait_for

BUCKET = "kept"
APPS = (
    "streams",
    "sql",
    "alarms",
    "archive",
)  # the workers use their tables; those of all apps take MariaDB ten seconds


class Killed(Deployment):
    """Runs the commands of a deployment in forked processes."""

    def __init__(self, folder: Path, database: Database | None, s3: str | None) -> None:
        super().__init__(folder, database)
        self.kept = folder / "archive"
        self._s3: Any = None
        address = f"file:{self.kept}"
        if s3:
            self.environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
            words = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
            self._s3 = boto3.client("s3", endpoint_url=s3, **words)
            self._s3.create_bucket(Bucket=BUCKET)
            address = f"s3://{BUCKET}/{folder.name}?region=us-east-1&endpoint_url={s3}"
        self.environment |= {
            "ARCHIVE_URL": address,
            "ARCHIVE_RECORDS": "300",
            "ARCHIVE_AGE": "0",
            "ARCHIVE_NDJSON": "yes",
        }

    def _migrate(self) -> None:
        """Leaves the tables to `forking`."""

    @contextmanager
    def forking(self) -> Iterator[None]:
        """Keeps the process that forks the others, and makes the tables."""
        command = [sys.executable, "-m", "tests.archive.forker", str(self.folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, **pipes)  # type: ignore[call-overload]
        self._into, self._out = process.stdin, process.stdout
        self._forked: list[int] = []
        try:
            for app in APPS:
                self.done("migrate", app, "--verbosity", "0")
            yield
        finally:
            for pid in filter(lives, self._forked):
                os.kill(pid, signal.SIGKILL)
            process.kill()
            process.communicate(timeout=60)

    def fork(self, *words: str) -> int:
        """Returns the id of a process that runs the command."""
        self._into.write(json.dumps(words) + "\n")
        self._into.flush()
        self._forked.append(int(self._out.readline()))
        return self._forked[-1]

    def done(self, *words: str) -> str:
        """Returns the output of a command that must succeed."""
        pid = self.fork(*words)
        wait_for(lambda: not lives(pid), 60)
        code, said = (self.folder / f"{pid}.code").read_text(), self._said(pid)
        assert code == "0", (words, said)
        return said

    def _said(self, pid: int) -> str:
        return (self.folder / f"{pid}.out").read_text()

    def files(self) -> int:
        """Returns the number of files in the store, with those that are being written."""
        if self._s3:
            return int(self._s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{self.folder.name}/")["KeyCount"])
        return sum(len(names) for *_, names in os.walk(self.kept))

    def kill_when(self, condition: Callable[[], bool], *words: str) -> None:
        """Starts a command and kills it, as the power would, once the condition holds."""
        pid = self.fork(*words)
        wait_for(lambda: condition() or not lives(pid), 60)
        assert lives(pid), self._said(pid)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not lives(pid))
