"""Tests texts that the hub writes at once: sockets that are slow now and then miss none, and get them in order."""

import asyncio
from random import Random
from unittest.mock import Mock

import pytest

from dashboard.live.hub import Hub, Subscriber
from tests.dashboard.live.test_hub_changes import WHO, Reader, Stage


class Socket(Reader):
    """Takes texts at once while its client reads, and else as the task of a socket sends them."""

    def __init__(self, hub: Hub, *, changes: bool) -> None:
        super().__init__(hub, changes=changes)
        hub._subscribers.discard(self.subscriber)
        self.reads = asyncio.Event()
        self.reads.set()
        self.subscriber = Subscriber(WHO, changes=changes, write=self.write)
        hub._subscribers.add(self.subscriber)
        self.task = asyncio.ensure_future(self.forward())

    def write(self, text: str) -> bool:
        if self.reads.is_set():
            self.take(text)
        return self.reads.is_set()

    async def forward(self) -> None:
        while texts := await self.subscriber.next():
            for text in texts:
                await asyncio.wait_for(self.reads.wait(), 60)
                self.take(text)

    async def read(self) -> None:
        """Begins to read, or stops."""
        if self.reads.is_set():
            self.reads.clear()
        else:
            self.reads.set()


@pytest.mark.parametrize("seed", range(60))
async def test_every_socket_ends_with_the_whole_state(seed: int) -> None:
    stage, chance = Stage(Socket), Random(seed)
    for _ in range(120):
        await stage.act(chance)
        if chance.random() < 0.5:
            await asyncio.sleep(0)
    for reader in stage.readers:
        assert isinstance(reader, Socket)
        reader.reads.set()
    await stage.hub.look()
    for _ in range(60):  # a turn of the loop or two for each text that waits
        await asyncio.sleep(0)
    for reader in stage.readers:
        shown = {topic: reader.states[topic][1] for topic in reader.subscriber.topics}
        assert shown == {topic: stage.data[topic] for topic in reader.subscriber.topics}


async def test_text_waits_behind_those_that_are_being_sent() -> None:
    written: list[str] = []

    def write(text: str) -> bool:
        written.append(text)
        return len(written) != 2

    subscriber = Subscriber(WHO, write=write)
    for text in ("first", "second", "third"):
        subscriber.offer("market", text)
    taken = await subscriber.next()
    subscriber.offer("orders", "fourth")
    assert (written, taken, await subscriber.next()) == (["first", "second"], ["third"], ["fourth"])


async def test_socket_that_must_close_gets_no_text() -> None:
    write = Mock(return_value=True)
    subscriber = Subscriber(WHO, write=write)
    subscriber.close(4401)
    subscriber.offer("market", "late")
    assert (write.call_args_list, await subscriber.next()) == ([], [])
