"""Runs the endpoint for tests: in a thread of this process, or in a process of its own."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import boto3
from botocore.config import Config

from ingest.endpoint.keys import Key
from ingest.endpoint.running import Parts, Place, Running, until_told
from streams.backends.embedded.url import parse_embedded
from tests.emulators import free_port
from tests.waiting import wait_for

KEY_ID, SECRET = "AKIDEXAMPLEMILLRACE0", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class FakeGrant(NamedTuple):
    """Allows the scopes for the streams; all of them by default."""

    scopes: tuple[str, ...] = ("read:streams", "write:streams", "manage:streams")
    streams: tuple[str, ...] = ()

    def allows(self, scope: str, stream: str) -> bool:
        return scope in self.scopes and (not self.streams or stream in self.streams)


class FakeKey(NamedTuple):
    secret: str = SECRET
    grant: FakeGrant = FakeGrant()
    state: str = "active"


def find_example(key_id: str, now: datetime) -> Key | None:
    return FakeKey() if key_id == KEY_ID else None


@contextmanager
def serving(path: Path, find: Any = find_example, options: str = "") -> Iterator[str]:
    """Runs an endpoint in a thread; gives its URL."""
    port = free_port()
    started: list[tuple[asyncio.AbstractEventLoop, Running]] = []

    async def run() -> None:
        running = Running(parts(path, find, options), Place(port=port))
        started.append((asyncio.get_running_loop(), running))
        await running.serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(url))
    try:
        yield url
    finally:
        loop, running = started[0]
        loop.call_soon_threadsafe(running.stop)
        thread.join(10)


def parts(path: Path, find: Any = find_example, options: str = "") -> Parts:
    return Parts(
        parse_embedded(f"embedded:{path}{options}"), find, ["secret of the tests"], lambda stream, records: None
    )


def answers(url: str) -> bool:
    try:
        urlopen(url, timeout=5)
    except OSError as error:
        return getattr(error, "code", 0) == 403
    return True


def client_of(url: str, key_id: str = KEY_ID, secret: str = SECRET, retries: int = 0, **options: Any) -> Any:
    return boto3.client(
        "kinesis",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": retries}, read_timeout=20, **options),
    )


if __name__ == "__main__":
    asyncio.run(
        until_told(Running(parts(Path(sys.argv[1]), options="".join(sys.argv[3:])), Place(port=int(sys.argv[2]))))
    )
