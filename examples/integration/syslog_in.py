"""Takes syslog over TCP (RFC 5424, framed by RFC 6587) and puts each message into a stream.

    python examples/integration/syslog_in.py sensors --port 5140

Then, for example, `logger --server 127.0.0.1 --port 5140 --tcp --octet-count hello`. MILLRACE_TOKEN is an API token
with the scope write:streams. Syslog has no acknowledgement: a message on its way when this script or the line fails
is lost, and nothing here can change that. While the stream gives no answer, it reads no further, and TCP holds up
the sender. Where every line counts, let the program write a file and read that with `manage.py produce tail`.
"""

import argparse
import json
import re
import socket
import socketserver
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

from _server import TcpServer
from http_in import RefusedError, UnavailableError, batches, put

MOST_BYTES = 64 << 10  # of a message
COUNT = re.compile(rb"[1-9][0-9]{0,4} ")  # before a message: its bytes
END = re.compile(rb"[\n\0]")  # after a message without a count; Python's SysLogHandler ends with NUL
NEW = re.compile(r"<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(.*)", re.DOTALL)
OLD = re.compile(r"<(\d{1,3})>(.*)", re.DOTALL)  # RFC 3164: no two programs write the rest alike


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Returns the whole messages, and the bytes of one that is still coming. Raises ValueError for one too long."""
    found, place = list[bytes](), 0
    while place < len(data):
        if count := COUNT.match(data, place):
            begin, after = count.end(), count.end() + int(count[0])
            end = after
        elif mark := END.search(data, place):
            begin, end, after = place, mark.start(), mark.end()
        else:
            begin, end, after = place, len(data), len(data) + 1
        if end - begin > MOST_BYTES:
            raise ValueError(f"a message has more than {MOST_BYTES} bytes")
        if after > len(data):
            break
        found.append(data[begin:end])
        place = after
    return [each for each in found if each.strip()], data[place:]


def record_of(message: bytes) -> dict[str, str | int]:
    """Returns the parts of a message; all of one in another form stays in "message"."""
    text = message.decode(errors="replace").removeprefix("\ufeff")
    if parts := NEW.fullmatch(text):
        names = ("time", "host", "app", "process", "kind", "data")
        heads: dict[str, str | int] = dict(zip(names, parts.groups()[1:7], strict=True))
        said = {"message": parts[8].removeprefix("\ufeff")}
    else:
        parts, heads = OLD.fullmatch(text), {}
        said = {"message": parts[2] if parts else text}
    level: dict[str, str | int] = {"facility": int(parts[1]) // 8, "severity": int(parts[1]) % 8} if parts else {}
    return level | heads | said


def put_in_the_end(stream: str, body: bytes, key: str) -> None:
    """Puts a batch, and tries until it is stored: meanwhile the sender is held up."""
    while True:
        try:
            put(stream, body, key)
            return
        except UnavailableError as error:
            print(f"Waits for Millrace: {error}", file=sys.stderr)
            time.sleep(5)


class Handler(socketserver.BaseRequestHandler):
    request: socket.socket
    stream = ""

    def handle(self) -> None:
        try:
            for messages in self._messages():
                for body in batches(json.dumps(record_of(each)).encode() + b"\n" for each in messages):
                    put_in_the_end(self.stream, body, str(uuid4()))
        except (OSError, ValueError, RefusedError) as error:
            print(f"Closed the connection of {self.client_address}: {error}", file=sys.stderr)

    def _messages(self) -> Iterator[list[bytes]]:
        rest = b""
        while came := self.request.recv(1 << 16):
            messages, rest = split(rest + came)
            yield messages


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes syslog over TCP and puts each message into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    Handler.stream = options.stream
    with TcpServer(("127.0.0.1", options.port), Handler) as server:
        print(f"Syslog to 127.0.0.1:{options.port}", flush=True)
        server.serve_forever()
