"""Receives webhooks and answers 204: EXPECTED → {"ended": …, "posts": …}.

It says "ready PORT" first, and ends once it has EXPECTED different ids; the time is of the wall clock.
"""

import asyncio
import json
import sys
import time

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver(asyncio.Protocol):
    names: set[bytes] = set()
    posts = 0
    expected = 0
    done: "asyncio.Future[float]"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = int(head[head.index(b"Content-Length: ") + 16 :].split(b"\r", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.post(head[head.index(b"webhook-id: ") + 12 :].split(b"\r", 1)[0])

    def post(self, name: bytes) -> None:
        kind = type(self)
        kind.posts += 1
        kind.names.add(name)
        self.transport.write(ANSWER)
        if len(kind.names) == kind.expected and not kind.done.done():
            kind.done.set_result(time.time())


async def main(expected: int) -> None:
    loop = asyncio.get_running_loop()
    Receiver.expected, Receiver.done = expected, loop.create_future()
    server = await loop.create_server(Receiver, "127.0.0.1", 0, backlog=200)
    print(f"ready {server.sockets[0].getsockname()[1]}", flush=True)
    ended = await asyncio.wait_for(Receiver.done, 300)
    print(json.dumps({"ended": ended, "posts": Receiver.posts}), flush=True)


asyncio.run(main(int(sys.argv[1])))
