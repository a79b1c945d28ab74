"""Puts lines of JSON from standard input into a stream by HTTP, each batch once.

    python examples/integration/http_in.py sensors --run monday < records.ndjson

MILLRACE_TOKEN holds an API token with the scope write:streams, MILLRACE_URL the site (default
http://127.0.0.1:8000). A batch that is sent again has the same Idempotency-Key, and Millrace stores it once. So has
a batch of a run that is started again under the same name within 24 hours. The other examples put by this module's
put().
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from uuid import uuid4

MOST_BYTES = 1 << 20  # of a batch
MOST_RECORDS = 5_000
AT_FAULT = {400, 413, 422}  # the records are
TRY_AGAIN = {429, 500, 502, 503, 504}
TRIES = 8  # about a minute


class RefusedError(Exception):
    """Says that the records are at fault: to send them again changes nothing."""


class UnavailableError(Exception):
    """Says that Millrace took nothing, for want of an answer, a right or a stream: keep the records for later."""


def put(stream: str, body: bytes, key: str, tries: int = TRIES) -> dict[str, Any]:
    """Puts a batch, a line of JSON for each record, and returns the answer when the records are stored durably."""
    address = f"{os.environ.get('MILLRACE_URL', 'http://127.0.0.1:8000')}/streams/{quote(stream, safe='')}/records"
    if "MILLRACE_TOKEN" not in os.environ:
        raise UnavailableError("MILLRACE_TOKEN holds no API token.")
    headers = {"Authorization": f"Bearer {os.environ['MILLRACE_TOKEN']}", "Content-Type": "application/x-ndjson"}
    request = Request(address, body, headers | {"Idempotency-Key": key})
    for attempt in range(tries):
        wait = random.uniform(0.5, 1) * min(30, 0.25 * 2**attempt)
        try:
            with urlopen(request, timeout=30) as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except HTTPError as error:
            reason = f"{error.code}: {error.read(10_000).decode(errors='replace')}"
            if error.code in AT_FAULT:
                raise RefusedError(reason) from None
            if error.code not in TRY_AGAIN:  # the token has expired, or the stream is missing: somebody must mend it
                raise UnavailableError(reason) from None
            after = error.headers.get("Retry-After", "")
            wait = max(wait, min(60, int(after))) if after.isdecimal() else wait
        except (OSError, HTTPException) as error:  # the answer may be lost after the records were stored
            reason = str(error)
        if attempt + 1 < tries:
            time.sleep(wait)
    raise UnavailableError(reason)


def batches(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the lines in bodies of at most MOST_RECORDS lines and, unless one line is longer, MOST_BYTES."""
    batch, size = list[bytes](), 0
    for line in lines:
        if batch and (size + len(line) > MOST_BYTES or len(batch) == MOST_RECORDS):
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield b"".join(batch)


def put_lines(stream: str, lines: Iterable[bytes], run: str) -> bool:
    """Puts the lines, and tells those that are refused. Returns whether all are stored. Raises UnavailableError."""
    first, whole = 1, True
    for number, body in enumerate(batches(lines)):
        try:
            told = put(stream, body, f"{run}-{number}")
        except RefusedError as error:
            told = {"records": 0, "failed": body.count(b"\n"), "outcomes": []}
            print(f"The lines from {first} on: {error}", file=sys.stderr)
        print(f"{told['records']} records are stored, {told['failed']} lines refused.", flush=True)
        for each in told["outcomes"]:
            if "error" in each:
                print(f"Line {first + each['line'] - 1}: {each['error']}", file=sys.stderr)
        whole &= not told["failed"]
        first += body.count(b"\n")
    return whole


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Puts lines of JSON from standard input into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--run", default=str(uuid4()), help="a name, such as the file's, to start again under")
    options = parser.parse_args()
    try:
        sys.exit(0 if put_lines(options.stream, sys.stdin.buffer, options.run) else 1)
    except UnavailableError as error:
        sys.exit(f"{error}\nStart it again with the same lines and --run {options.run}: no record comes twice.")
