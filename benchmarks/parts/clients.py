"""Sockets that watch `market`: ADDRESS COOKIE COUNT → for each socket [[version, milliseconds when read], …].

Told to finish with a version, it waits up to 3 s until each socket has got it.
"""

import asyncio
import json
import re
import sys
import time
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

GRACE = 3  # seconds
_version = re.compile(rb'\{"topic":"market","version":(\d+)').match

Receipts = list[tuple[int, float]]


class Stamped(ClientConnection):
    """Knows when it last had bytes, before they are decoded: 500 browsers would not decode one after the other."""

    stamp = 0.0  # milliseconds

    def data_received(self, data: bytes) -> None:
        self.stamp = time.time() * 1000
        super().data_received(data)


async def main(address: str, cookie: str, count: int) -> None:
    received: list[Receipts] = [[] for _ in range(count)]
    sockets = [await open_socket(address, cookie) for _ in range(count)]
    readers = [asyncio.create_task(read(socket, each)) for socket, each in zip(sockets, received, strict=True)]
    for socket in sockets:
        await socket.send('{"subscribe": ["market"]}')
    while not all(received):
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    final = int(await asyncio.to_thread(sys.stdin.readline) or 0)
    deadline = time.monotonic() + GRACE
    while any(each[-1][0] < final for each in received) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    print(json.dumps(received))
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))


async def open_socket(address: str, cookie: str) -> Stamped:
    socket = await connect(
        f"ws://{address}/ws/live/",
        origin=Origin(f"http://{address}"),
        additional_headers={"Cookie": cookie} if cookie else None,
        create_connection=Stamped,
        proxy=None,
    )
    assert isinstance(socket, Stamped)
    return socket


async def read(socket: Stamped, received: Receipts) -> None:
    with suppress(ConnectionClosed):  # its last version tells that it was lost
        while True:
            if found := _version(await socket.recv(decode=False)):
                received.append((int(found[1]), socket.stamp))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
