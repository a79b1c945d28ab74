"""The peer of `sockets`: an ASGI application that forwards one text by Channels' group_send, in memory.

A client that says `bump` leaves the group, has the next version sent to it, and is told [version, milliseconds just
before group_send].
"""

import json
import os
import time
from itertools import count
from pathlib import Path

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

GROUP = "market"
settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})

versions = count(1)
_, _, text = Path(os.environ["BENCHMARK_TEXT"]).read_text().partition(',"data":')


def message(version: int) -> str:
    return f'{{"topic":"market","version":{version},"data":{text}'


class Forwarder(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    groups = [GROUP]

    async def connect(self) -> None:
        await self.accept()
        await self.send(text_data=message(0))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data != "bump":
            return
        await self.channel_layer.group_discard(GROUP, self.channel_name)
        version, stamp = next(versions), time.time() * 1000
        await self.channel_layer.group_send(GROUP, {"type": "forward", "text": message(version)})
        await self.send(text_data=json.dumps([version, stamp]))

    async def forward(self, event: dict[str, str]) -> None:
        await self.send(text_data=event["text"])


application = Forwarder.as_asgi()
