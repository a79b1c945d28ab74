"""The bounds of one socket, at the protocol that uvicorn hands its bytes to."""

import asyncio
import struct
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from dashboard.live.allowance import Allowance
from dashboard.live.wire import BURST, FRAGMENTS, FRAME, PIECE, PONGS_OWED, RATE, WRITE, BoundedSocket

HANDSHAKE = (
    b"GET /ws/live/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PING, TEXT, MORE, CLOSE = b"\x89", b"\x01", b"\x00", b"\x88"  # first bytes of frames; text and more are unfinished


class Transport(asyncio.Transport):
    """A client that reads nothing: all that is written stays."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Accepts a socket and takes its messages."""
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.fixture
async def opened() -> tuple[BoundedSocket, Transport]:
    config = Config(application, ws=BoundedSocket, ws_ping_interval=None, ws_per_message_deflate=False, log_config=None)
    config.load()
    socket, transport = BoundedSocket(config, ServerState(), {}, asyncio.get_running_loop()), Transport()
    socket.connection_made(transport)
    socket.data_received(HANDSHAKE)
    while not socket.handshake_complete:
        await asyncio.sleep(0)
    transport.written.clear()
    return socket, transport


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Returns a client's frame of fewer than 126 bytes, under a mask of zeros."""
    return kind + bytes([0x80 | len(payload)]) + b"\0\0\0\0" + payload


def close_code(transport: Transport) -> int:
    start = transport.written.rindex(CLOSE + b"\x02")
    return int(struct.unpack("!H", transport.written[start + 2 : start + 4])[0])


async def test_socket_answers_a_ping(opened: tuple[BoundedSocket, Transport]) -> None:
    socket, transport = opened
    socket.data_received(frame(PING, b"x"))
    assert bytes(transport.written) == b"\x8a\x01x"


async def test_socket_owes_few_pongs_when_the_client_reads_none(opened: tuple[BoundedSocket, Transport]) -> None:
    socket, transport = opened
    for _ in range(BURST * 3 // 4 // FRAME):
        socket.data_received(frame(PING, b"x" * 125))
    assert (PONGS_OWED <= len(transport.written) < PONGS_OWED + 127, transport.closed) == (True, False)


async def test_socket_is_closed_when_the_client_sends_without_end(opened: tuple[BoundedSocket, Transport]) -> None:
    socket, transport = opened
    for _ in range(5):
        socket.data_received(bytes([0x81, 0x80 | 127]) + (60_000).to_bytes(8) + bytes(60_004))
    assert (close_code(transport), transport.closed) == (1008, True)


async def test_socket_is_closed_at_few_frames_when_they_are_empty(opened: tuple[BoundedSocket, Transport]) -> None:
    socket, transport = opened
    socket.data_received(frame(PING) * 10_000)
    most = BURST // FRAME + PIECE // len(frame(PING))  # those of the piece in which it is closed
    assert (transport.written.count(b"\x8a\0") <= most, close_code(transport), transport.closed) == (True, 1008, True)


async def test_socket_is_closed_when_a_message_has_too_many_fragments(
    opened: tuple[BoundedSocket, Transport],
) -> None:
    socket, transport = opened
    socket.data_received(frame(TEXT))
    for _ in range(FRAGMENTS):
        socket.data_received(frame(MORE))
    assert (close_code(transport), transport.closed, socket.frames) == (1009, True, [])


async def test_socket_of_a_page_may_send_again_after_a_while(
    opened: tuple[BoundedSocket, Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    socket, transport = opened
    time = [0.0]
    monkeypatch.setattr(socket, "_allowance", Allowance(BURST, RATE, lambda: time[0]))
    for _ in range(100):
        time[0] += BURST / RATE / 10
        socket.data_received(frame(PING, b"x" * 100) * 20)
    assert transport.closed is False


@pytest.mark.parametrize("text", ["", "é" * 60, "x" * 125, "x" * 126, "x" * 70_000])
async def test_socket_writes_a_text_in_the_bytes_in_which_it_sends_it(
    opened: tuple[BoundedSocket, Transport], text: str
) -> None:
    socket, transport = opened
    await socket.send({"type": "websocket.send", "text": text})
    sent = bytes(transport.written)
    transport.written.clear()
    extension: Any = (socket.scope.get("extensions") or {})[WRITE]
    assert (extension["write"](text), bytes(transport.written)) == (True, sent)


async def test_socket_writes_nothing_while_the_client_does_not_read(opened: tuple[BoundedSocket, Transport]) -> None:
    socket, transport = opened
    socket.pause_writing()
    slow = socket.write("x")
    socket.resume_writing()
    quick = socket.write("x")
    await socket.send({"type": "websocket.close"})
    assert (slow, quick, socket.write("x"), bytes(transport.written[:3])) == (False, True, False, b"\x81\x01x")
