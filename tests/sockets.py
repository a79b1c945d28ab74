"""A browser's side of a socket, straight to the ASGI application."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

from common.database_errors import again_if_locked

T = TypeVar("T")
TIMEOUT = 60  # seconds


class Socket(ApplicationCommunicator):
    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        headers = [(b"host", b"localhost"), *headers]
        super().__init__(application, {"type": "websocket", "path": path, "headers": headers, "subprotocols": []})

    async def connect(self) -> bool:
        """Whether it was accepted."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(TIMEOUT))["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def subscribe(self, *topics: str) -> None:
        await self.say(json.dumps({"subscribe": topics}))

    async def receive(self, key: str) -> Any:
        """The next message that has the key; beats come in between."""
        async with asyncio.timeout(3 * TIMEOUT):
            while key not in (message := json.loads((await self.receive_output(TIMEOUT))["text"])):
                pass
        return message

    async def close_code(self, timeout: int = TIMEOUT) -> int:
        """Returns the code with which the server closes; skips the messages before it."""
        async with asyncio.timeout(3 * timeout):
            while (output := await self.receive_output(timeout))["type"] != "websocket.close":
                pass
        return int(output["code"])

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(TIMEOUT)


async def stored(work: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Returns the answer of a write; tries again, since SQLite in memory does not wait for the guard that reads."""
    return await sync_to_async(again_if_locked(work))(*args, **kwargs)
