"""Clients that never end their headers: PORT CERTIFICATE COUNT → {most at once, cut off, longest: seconds}.

It begins when it is told a line, and ends when all were cut off.
"""

import asyncio
import json
import ssl
import sys
from contextlib import suppress
from time import monotonic

AT_ONCE = 100  # handshakes
PAUSE = 3  # seconds between the bytes of a client


class Crowd:
    def __init__(self, port: int, certificate: str) -> None:
        self.port = port
        self.trust = ssl.create_default_context(cafile=certificate)
        self.door = asyncio.Semaphore(AT_ONCE)
        self.now = self.most = 0
        self.borne: list[float] = []

    async def one(self) -> None:
        async with self.door:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=self.trust, server_hostname="localhost", ssl_handshake_timeout=60
            )
            writer.write(b"GET /market/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        began = monotonic()
        self.now += 1
        self.most = max(self.most, self.now)
        with suppress(OSError):
            while not await self.is_over(reader):
                writer.write(b"a")
        self.now -= 1
        self.borne.append(monotonic() - began)
        writer.transport.abort()

    async def is_over(self, reader: asyncio.StreamReader) -> bool:
        """After a pause, unless nginx ends it before."""
        with suppress(TimeoutError):
            return not await asyncio.wait_for(reader.read(1), PAUSE)
        return False


async def main(port: int, certificate: str, count: int) -> None:
    crowd = Crowd(port, certificate)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(crowd.one() for _ in range(count)))
    print(json.dumps({"most": crowd.most, "cut": len(crowd.borne), "longest": max(crowd.borne)}))


asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
