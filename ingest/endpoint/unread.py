"""Counts the bytes of large answers that clients have not read: the server holds them in memory until then."""

import asyncio
from typing import Any

MOST = 128 << 20  # bytes; beyond them no further large answer is begun


class Answer:
    """Counts one answer, which is sent as a stream."""

    def __init__(self, unread: "Unread") -> None:
        self._unread = unread
        self._size = 0
        self._over = False

    def add(self, size: int) -> None:
        if not self._over:
            self._size += size
            self._unread.held += size

    async def wait(self, proto: Any) -> None:
        """Returns when the client has read the answer to its end, or went away."""
        await proto.client_disconnect()
        self._over = True
        self._unread.held -= self._size


class Unread:
    def __init__(self) -> None:
        self.held = 0  # bytes
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def full(self) -> bool:
        return self.held > MOST

    def answer(self, proto: Any) -> Answer:
        """Returns the count of an answer; call it before the answer begins."""
        answer = Answer(self)
        task = asyncio.create_task(answer.wait(proto))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return answer
