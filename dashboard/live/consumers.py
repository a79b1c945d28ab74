"""The socket of the live pages: checks the session, subscribes, forwards texts. docs/protocol.md has the messages."""

import asyncio
import logging
from time import monotonic
from typing import Annotated
from urllib.parse import parse_qs

import msgspec
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error

from dashboard.live.allowance import Allowance, Arrivals
from dashboard.live.door import Door
from dashboard.live.hub import Hub, Subscriber
from dashboard.live.session_guard import SESSION_ENDED, TOO_MANY, TRY_LATER
from dashboard.live.wire import WRITE

BAD_MESSAGE = 4400
MAX_TOPICS = 20
MAX_LENGTH = 400  # characters of a topic: a ticker's and a stream's name of 256 and 128, and a prefix
BURST, RATE = 30, 2  # subscriptions at once; a second. A page sends one when it opens
# Sockets that a session may open at once, as a multiple of its user's limit; and a second. Finding the user of a socket
# costs two queries in a thread that all new sockets share.
COME_AGAIN, COME_RATE = 2, 1
logger = logging.getLogger(__name__)
arrivals = Arrivals(COME_RATE, monotonic)
# A client that connects too often waits before it gets its refusal: else it would connect again at once, endlessly.
HOLD = 2.0  # seconds
HELD_MOST = 100  # sockets at a time; others are refused at once
held: set["LiveConsumer"] = set()


class Subscribe(msgspec.Struct, forbid_unknown_fields=True):
    """A message that a browser may send."""

    subscribe: list[Annotated[str, msgspec.Meta(max_length=MAX_LENGTH)]]


_decode = msgspec.json.Decoder(Subscribe).decode


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    def __init__(self, hub: Hub, door: Door) -> None:
        super().__init__()
        self.hub = hub
        self.door = door
        self.subscriber: Subscriber | None = None  # until the session is known
        self.allowance = Allowance(BURST, RATE, monotonic)

    async def connect(self) -> None:
        await self.accept()  # even if only to close: a browser learns no close code from a refused handshake
        cookie = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        if not arrivals.take(cookie, COME_AGAIN * settings.SOCKET_LIMIT):
            await self._turn_away()
            return
        try:
            standing = await self.door.session(cookie)
        except Error:
            logger.warning("A socket was turned away: the database did not answer for its session.", exc_info=True)
            await self.close(TRY_LATER)
            return
        if standing is None:
            await self.close(SESSION_ENDED)
            return
        asks = parse_qs(self.scope.get("query_string", b"").decode(errors="replace"))
        write = self.scope.get("extensions", {}).get(WRITE, {}).get("write")
        self.subscriber = Subscriber(standing, changes="changes" in asks, write=write)
        self.forwarding = asyncio.create_task(self._forward(self.subscriber))
        self.hub.join(self.subscriber)

    async def _turn_away(self) -> None:
        if len(held) < HELD_MOST:
            held.add(self)
            try:
                await asyncio.sleep(HOLD)
            finally:
                held.discard(self)
        await self.close(TOO_MANY)

    async def disconnect(self, code: int) -> None:
        if self.subscriber:
            self.hub.leave(self.subscriber)
            self.forwarding.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.allowance.take():
            await self.close(TOO_MANY)
            return
        try:
            topics = _decode(text_data or "").subscribe
        except msgspec.DecodeError:
            topics = [""] * (MAX_TOPICS + 1)
        if len(topics) > MAX_TOPICS:
            await self.close(BAD_MESSAGE)
            return
        if self.subscriber:
            self.hub.subscribe(self.subscriber, topics)

    async def _forward(self, subscriber: Subscriber) -> None:
        while texts := await subscriber.next():
            for text in texts:
                if not subscriber.closed:  # a slow socket may take long over each
                    await self.send(text_data=text)
        await self.close(subscriber.closed)


class UnknownSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Closes a socket at any other address."""

    async def connect(self) -> None:
        await self.close()
