"""Tests the live hub: one text per change, the newest state for slow subscribers, an end after a sign-out."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from accounts.sessions import SessionInfo
from dashboard.live.gc_policy import LONGEST, Collector
from dashboard.live.hub import PRIVATE_A_LOOK, Hub, Subscriber
from dashboard.live.session_guard import FORBIDDEN, TOO_MANY, SessionGuard
from dashboard.live.snapshots import Snapshot, Snapshots
from dashboard.topics import Page

END = datetime(2100, 1, 1, tzinfo=UTC)
ALICE, BOB = SessionInfo(uuid4(), 1, True, END), SessionInfo(uuid4(), 2, False, END)


class Source:
    """Two topics; a test sets their texts."""

    def __init__(self) -> None:
        self.texts = {"market": "m1", "orders": "o1"}
        self.asked: list[set[str]] = []
        self.note = ""

    def clock_note(self) -> str:
        return self.note

    def knows(self, topic: str) -> bool:
        return topic in self.texts or self.is_private(topic)

    def is_private(self, topic: str) -> bool:
        return topic.startswith("ticker:")

    def keep_only(self, topics: Collection[str]) -> None: ...

    def refresh(self, topics: Collection[str]) -> dict[str, Snapshot]:
        self.asked.append(set(topics))
        known = [topic for topic in topics if topic in self.texts]
        return {topic: Snapshot(1, 0.0, b"", self.texts[topic]) for topic in known}


class Stage:
    """A hub, its source and its time; Alice is staff. Subscribers are added without the hub's own loop."""

    def __init__(self, collector: Collector | None = None, most: int = 9) -> None:
        self.source = Source()
        self.time = 1.0
        guard = SessionGuard(lambda sessions: {}, lambda topic, who: who.staff or topic != "orders", self.now)
        self.hub = Hub(self.source, guard, self.now, collector or Collector(), lambda: self.time, lambda: most)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def join(self, who: SessionInfo, *topics: str) -> Subscriber:
        subscriber = Subscriber(who)
        self.hub._subscribers.add(subscriber)
        self.hub.subscribe(subscriber, topics)
        return subscriber

    async def look(self) -> None:
        """A tick without a beat."""
        self.hub._next_beat = self.time + 1
        await self.hub.look()


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_new_subscriber_gets_the_whole_state_at_once(stage: Stage) -> None:
    alice = stage.join(ALICE, "market", "orders")
    await stage.look()
    assert sorted(await alice.next()) == ["m1", "o1"]


async def test_subscriber_gets_its_topics_and_no_other(stage: Stage) -> None:
    alice, bob = stage.join(ALICE, "orders"), stage.join(BOB, "market")
    await stage.look()
    assert (await alice.next(), await bob.next()) == (["o1"], ["m1"])
    assert stage.source.asked == [{"market", "orders"}]


async def test_the_same_text_is_not_sent_again(stage: Stage) -> None:
    alice = stage.join(ALICE, "market")
    await stage.look()
    await alice.next()
    await stage.look()
    stage.source.texts["market"] = "m2"
    await stage.look()
    assert await alice.next() == ["m2"]


async def test_later_subscriber_gets_the_state_and_the_others_nothing(stage: Stage) -> None:
    alice = stage.join(ALICE, "market")
    await stage.look()
    await alice.next()
    bob = stage.join(BOB, "market")
    await stage.look()
    assert (await bob.next(), alice._ready.is_set()) == (["m1"], False)


async def test_former_subscriber_gets_nothing_and_a_topic_without_subscribers_is_not_polled(
    stage: Stage,
) -> None:
    alice, bob = stage.join(ALICE, "market", "orders"), stage.join(BOB, "market")
    stage.hub.subscribe(alice, ["orders"])
    stage.hub.leave(bob)
    await stage.look()
    assert (await alice.next(), bob._ready.is_set(), stage.source.asked) == (["o1"], False, [{"orders"}])


async def test_slow_subscriber_finds_only_the_newest_of_each_topic(stage: Stage) -> None:
    alice = stage.join(ALICE, "market", "orders")
    for number in range(100):
        stage.source.texts["market"] = f"m{number}"
        await stage.look()
    assert sorted(await alice.next()) == ["m99", "o1"]


async def test_subscribing_again_replaces_the_topics_and_sends_their_state(stage: Stage) -> None:
    alice = stage.join(ALICE, "market")
    await stage.look()
    await alice.next()
    stage.hub.subscribe(alice, ["market", "orders"])
    await stage.look()
    assert sorted(await alice.next()) == ["m1", "o1"]


async def test_unknown_topic_is_reported(stage: Stage) -> None:
    alice = stage.join(ALICE, "weather")
    assert [msgspec.json.decode(text) for text in await alice.next()] == [
        {"error": "unknown topic", "topic": "weather"}
    ]


async def test_unknown_topics_do_not_pile_up_for_a_subscriber_that_does_not_read(stage: Stage) -> None:
    alice = stage.join(ALICE)
    for number in range(100):
        stage.hub.subscribe(alice, [f"weather {number}", f"tide {number}"])
    assert [msgspec.json.decode(text)["topic"] for text in await alice.next()] == ["tide 99", "weather 99"]


async def test_sockets_of_a_user_are_bounded_without_effect_on_others() -> None:
    hub = Stage(most=2).hub
    first, second, third, other = (Subscriber(who) for who in (ALICE, ALICE, ALICE, BOB))
    for subscriber in (first, second, third, other):
        hub.join(subscriber)
    assert [subscriber.closed for subscriber in (first, second, third, other)] == [None, None, TOO_MANY, None]
    hub.leave(third)  # as its socket closes
    hub.leave(first)
    hub.join(late := Subscriber(ALICE))
    assert (late.closed, hub.sockets()) == (None, 3)
    for subscriber in (second, other, late):
        hub.leave(subscriber)
    assert hub._task
    await hub._task


async def test_heartbeat_has_the_time_every_two_seconds(stage: Stage) -> None:
    alice = stage.join(ALICE)
    beats = []
    for _ in range(5):
        await stage.hub.look()
        if alice._ready.is_set():
            beats.append((stage.time, list(msgspec.json.decode((await alice.next())[0]))))
        stage.time += 1
    assert beats == [(1.0, ["beat"]), (3.0, ["beat"]), (5.0, ["beat"])]


async def test_private_topics_take_turns_and_shared_ones_come_first(stage: Stage) -> None:
    names = [f"ticker:{number:03}" for number in range(PRIVATE_A_LOOK + 30)]
    stage.source.texts |= dict.fromkeys(names, "t")
    stage.join(ALICE, *names)
    bob = stage.join(BOB, "market")
    for _ in range(2):
        await stage.look()
    assert await bob.next() == ["m1"]
    shared, first, again, second = stage.source.asked
    assert (shared, again) == ({"market"}, {"market"})
    assert (len(first), len(second), first | second) == (PRIVATE_A_LOOK, PRIVATE_A_LOOK, set(names))


async def test_topic_of_an_untraded_ticker_is_answered_once(stage: Stage) -> None:
    alice = stage.join(ALICE, "ticker:NONE")
    await stage.look()
    await stage.look()
    assert [msgspec.json.decode(text) for text in await alice.next()] == [
        {"error": "unknown topic", "topic": "ticker:NONE"}
    ]
    assert (stage.source.asked, alice.topics) == ([{"ticker:NONE"}], frozenset())


async def test_heartbeat_says_when_the_database_is_away(stage: Stage) -> None:
    alice = stage.join(ALICE)
    stage.hub._beat(database="away")
    assert [msgspec.json.decode(text) for text in await alice.next()] == [
        {"beat": "1970-01-01T00:00:01.000Z", "database": "away"}
    ]


async def test_heartbeat_says_that_a_clock_is_off(stage: Stage) -> None:
    alice = stage.join(ALICE)
    stage.source.note = "The clock of this machine is off."
    await stage.hub.look()
    assert [msgspec.json.decode(text) for text in await alice.next()] == [
        {"beat": "1970-01-01T00:00:01.000Z", "clock_note": "The clock of this machine is off."}
    ]


async def test_subscriber_to_a_forbidden_topic_is_closed(stage: Stage) -> None:
    bob = stage.join(BOB, "market", "orders")
    await stage.look()
    assert (await bob.next(), bob.closed, stage.source.asked) == ([], FORBIDDEN, [])


async def test_closed_subscriber_gets_nothing_more_and_keeps_the_first_code(stage: Stage) -> None:
    alice = stage.join(ALICE, "market")
    alice.close(4401)
    alice.close(1013)
    await stage.look()
    assert (await alice.next(), alice.closed) == ([], 4401)


async def test_hub_without_subscribers_makes_no_queries(stage: Stage) -> None:
    alice = Subscriber(ALICE)
    stage.hub.join(alice)
    stage.hub.leave(alice)
    assert stage.hub._task
    await stage.hub._task
    assert stage.source.asked == []


async def test_hub_runs_the_collector_between_polls() -> None:
    collected, times = asyncio.Event(), iter([0.0])  # long ago, then
    stage = Stage(Collector(lambda: next(times, LONGEST), collected.set))
    stage.hub.join(alice := Subscriber(ALICE))
    await asyncio.wait_for(collected.wait(), 60)
    stage.hub.leave(alice)
    assert stage.hub._task
    await stage.hub._task


def test_a_snapshot_is_built_once_per_version() -> None:
    built = []
    versions = {"trades": 1}

    def build(now: datetime) -> dict[str, int]:
        built.append(now)
        return {"count": len(built)}

    snapshots = Snapshots(lambda: datetime.now(UTC), lambda topic: Page("trades", build), lambda: versions)
    first, again = snapshots.refresh(["market"]), snapshots.refresh(["market"])
    versions["trades"] = 2
    later = snapshots.refresh(["market"])
    assert (first == again, len(built), later["market"].version) == (True, 2, 2)
    assert msgspec.json.decode(later["market"].text) == {"topic": "market", "version": 2, "data": {"count": 2}}


def test_a_new_version_with_the_same_content_keeps_its_text() -> None:
    versions = {"trades": 1}
    snapshots = Snapshots(lambda: datetime.now(UTC), lambda topic: Page("trades", lambda now: {}), lambda: versions)
    first = snapshots.refresh(["market"])["market"].text
    versions["trades"] = 2
    assert snapshots.refresh(["market"])["market"].text == first
