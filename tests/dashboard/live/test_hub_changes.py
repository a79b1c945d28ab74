"""Tests changes through the hub: readers that join, read slowly, poll or leave end with the whole state."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from accounts.sessions import SessionInfo
from dashboard.live.gc_policy import Collector
from dashboard.live.hub import Hub, Subscriber
from dashboard.live.session_guard import SessionGuard
from dashboard.live.snapshots import Snapshots
from dashboard.topics import Page
from tests.dashboard.changed import changed

WHO = SessionInfo(uuid4(), 1, True, datetime(2100, 1, 1, tzinfo=UTC))
TOPICS = ["market", "orders"]


class Reader:
    """Keeps the state of each topic, as a page does."""

    def __init__(self, hub: Hub, *, changes: bool) -> None:
        self.hub = hub
        self.subscriber = Subscriber(WHO, changes=changes)
        self.states: dict[str, tuple[int, Any]] = {}
        self.kinds: list[str] = []  # "data" or "change", of each message
        hub._subscribers.add(self.subscriber)

    async def read(self) -> None:
        """Takes all that waits."""
        for text in await self.subscriber.next() if self.subscriber._waiting else []:
            self.take(text)

    def take(self, text: str) -> None:
        message = json.loads(text)
        topic, version = message["topic"], message["version"]
        self.kinds.append("change" if "change" in message else "data")
        if "change" in message:
            known, state = self.states[topic]
            assert known == message["from"]
            self.states[topic] = version, changed(state, message["change"])
        else:
            self.states[topic] = version, message["data"]


class Stage:
    """A hub with real snapshots of two topics that a test changes."""

    def __init__(self, kind: type[Reader] = Reader) -> None:
        self.kind = kind
        self.data: dict[str, dict[str, Any]] = {topic: {"now": 0, "values": [*range(1000, 1030)]} for topic in TOPICS}
        self.versions = dict.fromkeys(TOPICS, 1)
        self.snapshots = Snapshots(self.now, self.find, lambda: dict(self.versions))
        guard = SessionGuard(lambda sessions: {}, lambda *_: True, self.now)
        self.hub = Hub(self.snapshots, guard, self.now, Collector(), lambda: -1.0)  # no beat is due
        self.readers: list[Reader] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 28, tzinfo=UTC)

    def find(self, topic: str) -> Page:
        return Page(topic, lambda now: self.data[topic])

    def join(self, *topics: str, changes: bool = True) -> Reader:
        reader = self.kind(self.hub, changes=changes)
        self.readers.append(reader)
        self.hub.subscribe(reader.subscriber, topics)
        return reader

    def change(self, topic: str, value: int) -> None:
        self.versions[topic] += 1
        self.data[topic] = {"now": value, "values": [*self.data[topic]["values"][1:], value]}

    async def act(self, chance: Random) -> None:
        """Does one thing by chance."""
        topic, kind = chance.choice(TOPICS), chance.randrange(8)
        reader = chance.choice(self.readers) if self.readers else None
        if kind == 0:
            self.join(*chance.sample(TOPICS, chance.randrange(1, 3)), changes=chance.random() < 0.8)
        elif kind < 3:
            self.change(topic, chance.randrange(4))
        elif kind < 5:
            await self.hub.look()
        elif kind == 5:
            self.snapshots.newer(topic, 0, self.versions)
        elif reader and kind == 6:
            await reader.read()
        elif reader and chance.random() < 0.5:
            self.hub.subscribe(reader.subscriber, chance.sample(TOPICS, chance.randrange(3)))
        elif reader:
            self.hub.leave(reader.subscriber)
            self.readers.remove(reader)


@pytest.mark.parametrize("seed", range(60))
async def test_every_reader_ends_with_the_whole_state(seed: int) -> None:
    stage, chance = Stage(), Random(seed)
    for _ in range(120):
        await stage.act(chance)
    await stage.hub.look()
    for reader in stage.readers:
        await reader.read()
        shown = {topic: reader.states[topic][1] for topic in reader.subscriber.topics}
        assert shown == {topic: stage.data[topic] for topic in reader.subscriber.topics}


async def taken(reader: Reader) -> list[str]:
    await reader.read()
    kinds, reader.kinds = reader.kinds, []
    return kinds


async def test_reader_that_keeps_up_gets_changes_and_a_slow_one_the_whole() -> None:
    stage = Stage()
    quick, slow = stage.join("market"), stage.join("market")
    for _ in range(2):
        await stage.hub.look()
        await quick.read()
        stage.change("market", 100_000)
    await stage.hub.look()
    assert (await taken(quick), await taken(slow)) == (["data", "change", "change"], ["data"])


async def test_reader_that_does_not_ask_for_changes_gets_none() -> None:
    stage = Stage()
    plain = stage.join("market", changes=False)
    for _ in range(2):
        await stage.hub.look()
        await plain.read()
        stage.change("market", 100_000)
    assert await taken(plain) == ["data", "data"]


async def test_change_since_a_state_that_only_polls_saw_is_not_sent() -> None:
    stage = Stage()
    reader = stage.join("market")
    await stage.hub.look()
    await reader.read()
    for value in (100_000, 200_000):
        stage.change("market", value)
        stage.snapshots.newer("market", 0, stage.versions)
    await stage.hub.look()
    assert await taken(reader) == ["data", "data"]
