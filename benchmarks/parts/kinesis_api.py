"""Puts and reads by the Kinesis API with as little work of its own as can be: requests are signed once, and repeated.

Usage: kinesis_api.py URL put|get|paced SECONDS CONNECTIONS. Prints records, seconds, p50 and p99 (ms) as JSON.
"""

import json
import os
import socket
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

STREAM = "bench"
RECORDS, SIZE = 500, 95
A_SECOND = 1000  # single puts, when paced


def signed(url: str, operation: str, arguments: dict[str, Any]) -> bytes:
    """Returns a whole HTTP request, signed."""
    body = json.dumps(arguments).encode()
    headers = {"X-Amz-Target": f"Kinesis_20131202.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest("POST", url + "/", headers, body)
    key = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(key, "kinesis", "eu-west-1").add_auth(request)
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    lines += [f"Host: {urlsplit(url).netloc}", f"Content-Length: {len(body)}"]
    return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body


class Connection:
    def __init__(self, url: str) -> None:
        host, _, port = urlsplit(url).netloc.partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Returns the body of the answer. Raises RuntimeError if it is an error."""
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._received()
        head, _, body = got.partition(b"\r\n\r\n")
        [size] = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        parts, left = [body], size - len(body)
        while left > 0:
            parts.append(self._received())
            left -= len(parts[-1])
        if b" 200 " not in head[:20]:
            raise RuntimeError(b"".join(parts)[:200])
        return b"".join(parts)

    def _received(self) -> bytes:
        found = self._socket.recv(1 << 20)
        if not found:
            raise RuntimeError("The connection was closed.")
        return found


def entries() -> list[dict[str, str]]:
    return [{"Data": "eHl6" * 31 + "eHk=", "PartitionKey": f"key-{number}"} for number in range(RECORDS)]


def put(url: str, seconds: float, connections: int) -> dict[str, Any]:
    return together(url, signed(url, "PutRecords", {"StreamName": STREAM, "Records": entries()}), seconds, connections)


def get(url: str, seconds: float, connections: int) -> dict[str, Any]:
    """Reads the first 10,000 records of the first shard, over and over."""
    start = {"StreamName": STREAM, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    found = json.loads(Connection(url).ask(signed(url, "GetShardIterator", start)))
    request = signed(url, "GetRecords", {"ShardIterator": found["ShardIterator"], "Limit": 10_000})
    records = len(json.loads(Connection(url).ask(request))["Records"])
    return together(url, request, seconds, connections, records)


def together(url: str, request: bytes, seconds: float, connections: int, records: int = RECORDS) -> dict[str, Any]:
    """Repeats a request on several connections, each as fast as the answers come."""
    took: list[float] = []
    ends = time.perf_counter() + seconds

    def repeat() -> None:
        connection = Connection(url)
        while (began := time.perf_counter()) < ends:
            connection.ask(request)
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    in_threads(repeat, connections)
    return said(len(took) * records, time.perf_counter() - began, took)


def paced(url: str, seconds: float, connections: int) -> dict[str, Any]:
    """Puts single records at A_SECOND; a put that is late counts from when it was due."""
    request = signed(url, "PutRecord", {"StreamName": STREAM, **entries()[0]})
    took: list[float] = []
    began = time.perf_counter()
    due = iter(range(int(seconds * A_SECOND)))
    lock = threading.Lock()

    def repeat() -> None:
        connection = Connection(url)
        while True:
            with lock:
                number = next(due, None)
            if number is None:
                return
            at = began + number / A_SECOND
            if (left := at - time.perf_counter()) > 0:
                time.sleep(left)
            connection.ask(request)
            took.append(time.perf_counter() - at)

    in_threads(repeat, connections)
    return said(len(took), time.perf_counter() - began, took)


def in_threads(task: Any, number: int) -> None:
    threads = [threading.Thread(target=task) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def said(records: int, seconds: float, took: list[float]) -> dict[str, Any]:
    ordered = sorted(took) or [0.0]
    p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
    cpu = time.process_time()
    return {"records": records, "seconds": seconds, "p50": p50, "p99": p99, "client_cpu": cpu, "requests": len(took)}


if __name__ == "__main__":
    _url, _mode, _seconds, _connections = sys.argv[1:]
    print(json.dumps({"put": put, "get": get, "paced": paced}[_mode](_url, float(_seconds), int(_connections))))
