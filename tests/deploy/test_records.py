"""Records by HTTP through nginx and the pool of their own: limits, floods and killed workers."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from tests.deploy.stack import HOST, Stack
from tests.processes import stat
from tests.waiting import wait_for

MAKE = """
from accounts import tokens
from accounts.models import User
from django.utils import timezone
user = User.objects.create_user("sender")
print(tokens.make(user, "agent", ["write:streams"], 90, timezone.now())[1])
"""


class Sender:
    """Puts records with one connection after the other, each request with an Idempotency-Key, until it is answered."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.stack = stack
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}

    def ask(self, body: bytes, key: str = "", method: str = "POST") -> tuple[int, Any]:
        """Returns the status and the parsed JSON; (0, None) if no whole answer came."""
        line = HTTPSConnection(HOST, self.stack.port, timeout=60, context=self.stack.trust())
        try:
            more = {"Idempotency-Key": key} if key else {}
            line.request(method, "/streams/clicks/records?outcomes=no", body, self.headers | more)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, HTTPException):
            return 0, None
        finally:
            line.close()

    def insist(self, body: bytes, key: str) -> None:
        deadline = monotonic() + 30
        while (asked := self.ask(body, key))[0] != 200:
            assert asked[0] in (0, 429, 502, 503) and monotonic() < deadline, asked


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    stack = Stack(tmp_path_factory.mktemp("records"), limited=False)
    stack.deployment.create("clicks", shards=2)
    token = stack.deployment.run("shell", "--verbosity", "0", "-c", MAKE).strip()
    yield Sender(stack.start(), token)
    stack.stop()


def workers(stack: Stack) -> list[int]:
    """Returns the processes of the pool that answer requests."""
    top, found = stack.processes["ingest"].pid, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(stat(folder)[1]) == top:
                found.append(int(folder.name))
        except (OSError, ProcessLookupError):
            continue
    return found


def test_refusals_of_nginx_and_of_the_pool_are_json(sender: Sender) -> None:
    assert sender.ask(b'{"a": 1}\n')[0] == 200
    assert sender.ask(b"x" * (12 << 20)) == (413, {"error": "The body has more than 11 MiB: send it in parts."})
    assert sender.ask(b"x" * ((10 << 20) + 1))[1]["error"].startswith("The body has more than 10,485,760 bytes")
    stranger = Sender(sender.stack, "mlr_x")
    assert stranger.ask(b"{}")[0] == 401
    assert sender.ask(b"", method="GET") == (405, {"error": "Only POST is answered here."})


def test_pages_are_answered_while_no_worker_for_records_is_free(sender: Sender) -> None:
    stopped = workers(sender.stack)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        waiting = [threading.Thread(target=sender.ask, args=[b"{}\n"], daemon=True) for _ in range(8)]
        for thread in waiting:
            thread.start()
        wait_for(lambda: any(thread.is_alive() for thread in waiting))
        found = [sender.stack.get(path)[0] for path in ("/accounts/sign-in/", "/readyz", "/livez")]
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert found == [200, 200, 200]
    for thread in waiting:
        thread.join(60)


def test_killed_workers_lose_nothing_and_put_nothing_twice(sender: Sender) -> None:
    sent, done = list[bytes](), threading.Event()

    def send(name: str) -> None:
        for number in range(2000):
            if done.is_set():
                return
            rows = [json.dumps({"sender": name, "number": number * 50 + row}).encode() for row in range(50)]
            sender.insist(b"\n".join(rows), f"{name}-{number}")
            sent.extend(rows)

    senders = [threading.Thread(target=send, args=[name], daemon=True) for name in "abc"]
    for thread in senders:
        thread.start()
    for _ in range(3):
        before = len(sent)
        wait_for(lambda before=before: len(sent) >= before + 500)  # type: ignore[misc]
        for pid in workers(sender.stack):
            os.kill(pid, signal.SIGKILL)
    done.set()
    for thread in senders:
        thread.join(60)
    stored = [data for data in held(sender.stack) if b"sender" in data]
    assert sorted(stored) == sorted(sent) and len(sent) >= 1500


def held(stack: Stack) -> list[bytes]:
    """Returns the data of all records of the stream."""
    stream = EmbeddedStream(stack.folder / "streams.sqlite3", "clicks")
    try:
        pages = [stream.read(shard.id, TRIM_HORIZON, 1_000_000) for shard in stream.describe().shards]
        return [data for page in pages for batch in page.batches for data in batch.datas]
    finally:
        stream.close()
