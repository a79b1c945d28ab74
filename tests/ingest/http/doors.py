"""Sends bytes to a site's door for records as they are: to uvicorn by HTTP/1.1, to uWSGI by the protocol of nginx."""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote_to_bytes

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON, after
from tests.deployment import ROOT, Deployment, Web, running
from tests.waiting import wait_for

PATIENCE, SHORT = 60, 0.3  # seconds
MOST_ANSWER = 32 << 20  # bytes
UWSGI = Path(sys.executable).parent / "uwsgi"
MAKE = """
from django.utils import timezone
from accounts import tokens
from accounts.models import User
user = User.objects.create(username="sender", password="-")
print(tokens.make(user, "agent", ["write:streams"], 90, timezone.now(), streams=["clicks*"])[1])
"""


class Asked(NamedTuple):
    """Is a request as it is sent. Nothing in it needs to be right."""

    method: bytes
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Reply(NamedTuple):
    status: int  # 0 if the connection ended without an answer
    body: bytes = b""
    head: bytes = b""


class Door(Protocol):
    def send(self, asked: Asked, *, whole: bool = True) -> Reply:
        """Returns the answer. One that is not whole may get none: its server waits for the rest."""


class Direct:
    """Speaks HTTP/1.1."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, asked: Asked, *, whole: bool = True) -> Reply:
        lines = [b"%s %s HTTP/1.1" % (asked.method, asked.target), b"Host: localhost", b"Connection: close"]
        lines += [b"%s: %s" % header for header in asked.headers]
        with socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE) as connection:
            connection.settimeout(PATIENCE if whole else SHORT)
            return reply(exchanged(connection, b"\r\n".join([*lines, b"", b""]) + asked.body))


class Uwsgi:
    """Speaks the uwsgi protocol, with the variables that deploy/nginx/uwsgi.conf passes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, asked: Asked, *, whole: bool = True) -> Reply:
        path, _, query = asked.target.partition(b"?")
        names = {b"CONTENT-TYPE": b"CONTENT_TYPE", b"CONTENT-LENGTH": b"CONTENT_LENGTH"}
        variables = [
            (b"REQUEST_METHOD", asked.method), (b"REQUEST_URI", asked.target), (b"PATH_INFO", unquote_to_bytes(path)),
            (b"QUERY_STRING", query), (b"SERVER_PROTOCOL", b"HTTP/1.1"), (b"SERVER_NAME", b"localhost"),
            (b"SERVER_PORT", b"443"), (b"REMOTE_ADDR", b"127.0.0.1"), (b"HTTP_HOST", b"localhost"),
        ]  # fmt: skip
        for name, value in asked.headers:
            upper = name.upper()
            variables.append((names.get(upper, b"HTTP_" + upper.replace(b"-", b"_")), value))
        packed = b"".join(struct.pack("<H", len(part)) + part for each in variables for part in each)
        if len(packed) > 65_535:
            return Reply(431)  # nginx refuses it
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self._path))
            head = struct.pack("<BHB", 0, len(packed), 0)
            return reply(exchanged(connection, head + packed + asked.body, ends=True))


def exchanged(connection: socket.socket, data: bytes, *, ends: bool = False) -> bytes:
    """Sends data, perhaps says that there is no more, and returns everything that comes back in time."""
    found = bytearray()
    try:
        connection.sendall(data)
        if ends:
            connection.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass  # an answer may have come before
    try:
        while (piece := connection.recv(1 << 16)) and len(found) < MOST_ANSWER:
            found += piece
    except (ConnectionResetError, TimeoutError):
        pass
    return bytes(found)


def reply(answer: bytes) -> Reply:
    """Reads an answer, whose body ends with the connection or is chunked."""
    while answer.startswith(b"HTTP/1.1 100"):
        answer = answer.partition(b"\r\n\r\n")[2]
    if not answer:
        return Reply(0)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1."), answer[:200]
    if b"transfer-encoding: chunked" in head.lower():
        body = dechunked(body)
    return Reply(int(head[9:12]), body, head.lower())


def dechunked(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        found, body = found + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return found


class Site(NamedTuple):
    deployment: Deployment
    token: bytes
    doors: dict[str, Door]
    pids: list[int]


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Runs a site with the stream "clicks"; gives it with both of its doors."""
    deployment = Deployment(folder)
    deployment.create("clicks", shards=2)
    token = deployment.run("shell", "--verbosity", "0", "-c", MAKE).strip().encode()
    path = folder / "ingest.sock"
    with (folder / "uwsgi.log").open("w") as log:
        uwsgi = subprocess.Popen(
            [UWSGI, "deploy/ingest.ini"], cwd=ROOT, env=deployment.environment | {"RUNTIME_DIRECTORY": str(folder)},
            text=True, stdout=log, stderr=log,
        )  # fmt: skip
    running.add(uwsgi)
    web = Web(deployment)
    wait_for(lambda: connects(path))
    try:
        yield Site(deployment, token, {"direct": Direct(web.port), "uwsgi": Uwsgi(path)}, [web.process.pid, uwsgi.pid])
    finally:
        web.kill()
        uwsgi.terminate()
        uwsgi.wait(timeout=60)


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return path.exists() and not probe.connect_ex(str(path))


def number_stored(path: Path) -> int:
    """Returns the number of records in the stream "clicks"."""
    stream, number = EmbeddedStream(path, "clicks"), 0
    for shard in stream.describe().shards:
        place = TRIM_HORIZON
        while batches := stream.read(shard.id, place, 1_000_000).batches:
            number += sum(len(batch.keys) for batch in batches)
            place = after(batches[-1].sequences[-1])
    stream.close()
    return number


def memory(pid: int) -> int:
    """Returns the bytes in memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in [pid, *children]]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
