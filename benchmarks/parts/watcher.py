"""One socket that watches `market`: ADDRESS COOKIE → [[arrival of the newest record, when it was read], …].

Both are milliseconds. It asks for the socket again when it has lost it, as the page does, and says why it lost each.
Told to finish, it waits up to 10 s for a record that arrived after that, so that a socket that starves is seen.
"""

import asyncio
import json
import sys
import time
from datetime import datetime
from typing import NamedTuple

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

GRACE = 10  # seconds
SUBSCRIPTION = '{"subscribe": ["market"]}'


class Watched(NamedTuple):
    messages: list[tuple[int, float]]
    lost: list[str]  # why each socket ended


async def watch(address: str, cookie: str, watched: Watched) -> None:
    while True:
        try:
            async with connect(
                f"ws://{address}/ws/live/",
                origin=Origin(f"http://{address}"),
                additional_headers={"Cookie": cookie},
                proxy=None,
                open_timeout=30,
                ping_interval=None,
            ) as socket:
                await socket.send(SUBSCRIPTION)
                async for text in socket:
                    note(json.loads(text), watched)
            watched.lost.append("closed")
        except (OSError, TimeoutError, WebSocketException) as error:
            watched.lost.append(str(error))


def note(message: dict[str, object], watched: Watched) -> None:
    data = message.get("data")
    if message.get("topic") == "market" and isinstance(data, dict) and data.get("newest"):
        arrived = datetime.fromisoformat(str(data["newest"])).timestamp() * 1000
        watched.messages.append((round(arrived), time.time() * 1000))


async def main(address: str, cookie: str) -> None:
    watched = Watched([], [])
    watching = asyncio.create_task(watch(address, cookie, watched))
    while not watched.messages:
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    told = time.time()
    while watched.messages[-1][0] < told * 1000 and time.time() < told + GRACE:
        await asyncio.sleep(0.05)
    print(json.dumps(watched), flush=True)
    watching.cancel()


asyncio.run(main(sys.argv[1], sys.argv[2]))
