"""Runs the endpoint for tests, as a process of its own, with keys that the test gives."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
from botocore.config import Config

from tests.deployment import ROOT
from tests.emulators import free_port
from tests.waiting import wait_for

KEY_ID, SECRET = "AKIDEXAMPLEMILLRACE0", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPES = ("read:streams", "write:streams", "manage:streams")


class FakeGrant(NamedTuple):
    """Allows the scopes for the streams; all of them by default."""

    scopes: tuple[str, ...] = SCOPES
    streams: tuple[str, ...] = ()

    def allows(self, scope: str, stream: str) -> bool:
        return scope in self.scopes and (not self.streams or stream in self.streams)


class FakeKey(NamedTuple):
    secret: str = SECRET
    grant: FakeGrant = FakeGrant()
    state: str = "active"


EXAMPLE = {KEY_ID: FakeKey()}
BROKEN = "BROKEN"  # an id at which looking up a key fails


@contextmanager
def serving(path: Path, keys: Mapping[str, FakeKey] = EXAMPLE, options: str = "", **fan_out: float) -> Iterator[str]:
    """Runs an endpoint on the file; gives its URL. `fan_out` replaces constants of fan_out and unread."""
    port = free_port()
    process = start(path, port, keys, options, **fan_out)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(timeout=60)


def start(
    path: Path, port: int, keys: Mapping[str, FakeKey] = EXAMPLE, options: str = "", **fan_out: float
) -> "subprocess.Popen[bytes]":
    words = json.dumps([str(path), port, keys, options, fan_out])
    process = subprocess.Popen([sys.executable, "-m", "tests.ingest.endpoint.serving", words], cwd=ROOT)
    wait_for(lambda: answers(f"http://127.0.0.1:{port}") or process.poll() is not None)
    assert process.poll() is None
    return process


def answers(url: str) -> bool:
    try:
        urlopen(url, timeout=60)
    except HTTPError as error:
        return error.code == 403
    except OSError:
        return False
    return True


def client_of(url: str, key_id: str = KEY_ID, secret: str = SECRET, retries: int = 0, **options: Any) -> Any:
    return boto3.client(
        "kinesis",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": retries}, read_timeout=60, **options),
    )


def main(path: str, port: int, keys: dict[str, list[Any]], options: str, constants: dict[str, float]) -> None:
    from ingest.endpoint import fan_out, unread  # noqa: PLC0415 - only the process of the endpoint needs it
    from ingest.endpoint.place import Place  # noqa: PLC0415
    from ingest.endpoint.running import Parts, Running, until_told  # noqa: PLC0415
    from ingest.endpoint.telling import Silent  # noqa: PLC0415
    from streams.backends.embedded.url import parse_embedded  # noqa: PLC0415

    known = {
        key_id: FakeKey(secret, FakeGrant(tuple(scopes), tuple(streams)), state)
        for key_id, (secret, (scopes, streams), state) in keys.items()
    }

    def find(key_id: str, now: datetime) -> FakeKey | None:
        if key_id == BROKEN:
            raise OSError("the database is away")
        return known.get(key_id)

    for name, value in constants.items():
        setattr(fan_out if hasattr(fan_out, name) else unread, name, value)
    url = parse_embedded(f"embedded:{path}{options}")
    parts = Parts(url, find, ["secret of the tests"], Silent())
    asyncio.run(until_told(Running(parts, Place(port=port))))
    os._exit(0)


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
