"""Bounds the memory and work that one socket can cost before a message reaches our code.

uvicorn answers each ping at once, without waiting for the client to read, and keeps every fragment of a message until
its last one has arrived. A client that never reads, or never ends a message, would fill the memory of the process that
serves everybody's live pages.
"""

import time
from functools import lru_cache
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import OPEN

from dashboard.live.allowance import Allowance

PONGS_OWED = 16 << 10  # unwritten bytes; past that a ping goes unanswered, as RFC 6455 §5.5.3 allows
FRAGMENTS = 100  # fragments of one message; browsers send a message of ours in one
# Bytes that a socket may send: a page sends about a hundred when it opens, and then nothing.
BURST, RATE = 256 << 10, 8 << 10  # bytes at once, and bytes a second
FRAME = 1 << 10  # bytes that each frame counts beside its own: an empty ping costs as much work as a message
WRITE = "millrace.write"  # the extension of ASGI that sends a text without a task of the socket's own
PIECE = 1 << 10  # bytes that are parsed before they are counted: at most 170 frames


@lru_cache(maxsize=16)  # few texts are on their way at once, and some have hundreds of kilobytes
def frame_of(text: str) -> bytes:
    """Returns the bytes of a message, made once for all sockets."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class BoundedSocket(WebSocketsSansIOProtocol):
    """Closes a socket that sends too many bytes, frames (1008) or fragments (1009), and queues few pongs for it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._allowance = Allowance(BURST, RATE, time.monotonic)

    async def run_asgi(self) -> None:
        """Runs the application, which finds `write` in its scope."""
        self.scope.setdefault("extensions", {})[WRITE] = {"write": self.write}
        await super().run_asgi()

    def write(self, text: str) -> bool:
        """Sends a text at once, in the same bytes as to all other sockets; returns False if it must wait."""
        if not self.writable.is_set() or not self.handshake_complete or self.disconnected or self.close_sent:
            return False
        if self.conn.state is not OPEN or self.conn.extensions:  # compression, for which each socket has a state
            return False
        self.transport.write(frame_of(text))
        return True

    def data_received(self, data: bytes) -> None:
        if not self._allowance.take(len(data)):
            self._refuse(CloseCode.POLICY_VIOLATION)
        for start in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE])

    def handle_events(self) -> None:
        if self._allowance.take(FRAME * len(self.conn.events)):
            super().handle_events()
        else:
            self._refuse(CloseCode.POLICY_VIOLATION)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < FRAGMENTS:
            super().handle_cont(event)
        else:
            self._refuse(CloseCode.MESSAGE_TOO_BIG)

    def handle_ping(self) -> None:
        if self.transport.get_write_buffer_size() < PONGS_OWED:
            super().handle_ping()
        else:
            self.conn.data_to_send()  # takes the pong out of the protocol's own buffer

    def _refuse(self, code: CloseCode) -> None:
        """Sends the reason, to a client that reads, and hangs up; `connection_lost` tells the application."""
        if self.transport.is_closing():
            return
        self.frames = []
        self.conn.fail(code)
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()
        self.loop.call_later(self.close_timeout, self.transport.abort)  # a client that does not read
