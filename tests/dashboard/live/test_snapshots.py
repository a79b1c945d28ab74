"""One keeper of snapshots for sockets and for polling: each topic is built once per version, and memory is bounded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.live import polling, service
from dashboard.live.snapshots import MOST_POLLED, Snapshots
from dashboard.topics import Page


class Builds:
    """Builds topics, and notes which."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.snapshots = Snapshots(lambda: datetime.now(UTC), self.find, lambda: {"trades": 1})

    def find(self, topic: str) -> Page:
        def build(now: datetime) -> dict[str, Any]:
            self.topics.append(topic)
            return {}

        return Page("trades", build)

    def poll(self, topic: str) -> None:
        self.snapshots.newer(topic, 0, {"trades": 1})


def test_polling_and_the_hub_ask_the_same_snapshots() -> None:
    assert vars(polling)["snapshots"] is service.snapshots is service.hub._source


def test_a_topic_is_built_once_for_sockets_and_polling() -> None:
    builds = Builds()
    builds.snapshots.refresh(["market"])
    builds.poll("market")
    builds.snapshots.refresh(["market"])
    assert builds.topics == ["market"]


def test_polling_many_topics_forgets_none_that_a_socket_follows() -> None:
    builds = Builds()
    builds.snapshots.keep_only(["market"])
    builds.snapshots.refresh(["market"])
    for number in range(2 * MOST_POLLED):
        builds.poll(f"market@{number}")
    builds.poll("market")
    builds.snapshots.refresh(["market"])
    assert builds.topics.count("market") == 1


def test_snapshots_hold_no_more_polled_topics_than_the_bound() -> None:
    builds = Builds()
    for number in range(2 * MOST_POLLED):
        builds.poll(f"market@{number}")
    assert len(builds.snapshots._held) == MOST_POLLED


def test_snapshots_keep_polled_topics_when_a_socket_leaves() -> None:
    builds = Builds()
    builds.poll("market")
    builds.snapshots.keep_only([])
    builds.poll("market")
    assert builds.topics == ["market"]


def test_a_page_is_built_anew_and_leaves_nothing_behind() -> None:
    builds = Builds()
    now = datetime(2026, 11, 27, tzinfo=UTC)
    taken = [builds.snapshots.take(["market"], now) for _ in range(2)]
    assert (taken, builds.topics) == ([{"market": {"version": 1, "data": {}}}] * 2, ["market"] * 2)
    assert builds.snapshots._held == {}


WALL = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
each_step = pytest.mark.parametrize("step", [timedelta(0), HOUR, -HOUR], ids=["none", "forward", "back"])


@each_step
def test_a_topic_without_a_version_is_built_by_time_also_after_a_step_of_the_clock(step: timedelta) -> None:
    """Its version never shrinks: a browser drops a smaller one, and a poll gets nothing."""
    seconds, built = [0.0], list[datetime]()

    def build(now: datetime) -> dict[str, int]:
        built.append(now)
        return {"count": len(built)}

    page = Page(None, build, every=timedelta(seconds=2))
    wall = [WALL]
    snapshots = Snapshots(lambda: wall[0], lambda topic: page, dict, clock=lambda: seconds[0])
    versions = []
    for _ in range(5):
        versions.append(snapshots.refresh(["pulse"])["pulse"].version - int(WALL.timestamp() + seconds[0]))
        seconds[0] += 1
        wall[0] += timedelta(seconds=1) + step
    assert (len(built), versions) == (3, [0, -1, 0, -1, 0])


@each_step
def test_costly_topic_is_built_after_its_time_also_after_a_step_of_the_clock(step: timedelta) -> None:
    versions, seconds, wall = {"trades": 1}, [0.0], [WALL]
    page = Page("trades", lambda now: {"built": now.isoformat()}, every=timedelta(seconds=1))
    snapshots = Snapshots(lambda: wall[0], lambda topic: page, lambda: versions, clock=lambda: seconds[0])
    found = []
    for _ in range(5):
        found.append(snapshots.refresh(["market-history"])["market-history"].version)
        versions["trades"] += 1
        seconds[0] += 0.4
        wall[0] += timedelta(seconds=0.4) + step
    assert found == [1, 1, 1, 4, 4]


def test_topic_that_moves_with_time_is_built_for_time_alone_only_without_other_changes() -> None:
    rows, seconds = [0], [0.0]

    def version(versions: object, at: float) -> int:
        return rows[0] + int(at) // 5

    page = Page(None, lambda now: {}, moves=timedelta(seconds=5), version_of=version)
    snapshots = Snapshots(lambda: WALL, lambda topic: page, dict, clock=lambda: seconds[0])
    built = []
    for at in (3.0, 4.0, 6.0, 8.5, 9.0, 13.9, 14.0, 21.0):
        seconds[0] = at
        rows[0] += at in (4.0, 9.0)
        before = snapshots._held.get("board")
        built += [at] if snapshots.refresh(["board"])["board"] is not before else []
    assert built == [3.0, 4.0, 9.0, 14.0, 21.0]


def test_poll_is_told_nothing_while_a_changed_topic_is_not_due() -> None:
    versions, seconds = {"trades": 1}, [0.0]
    page = Page("trades", lambda now: {}, every=timedelta(seconds=1))
    snapshots = Snapshots(lambda: WALL, lambda topic: page, lambda: versions, clock=lambda: seconds[0])
    found = [snapshots.newer("market", 0, versions)]
    found.append(snapshots.newer("market", 1, {"trades": 2}))
    seconds[0] = 1.0
    found.append(snapshots.newer("market", 1, {"trades": 2}))
    assert [each and each.version for each in found] == [1, None, 2]


class Faulty:
    """Builds the topic `bad` only once `well` is True; `good` always. `now` is the clock, in seconds."""

    def __init__(self, *, grouped: bool) -> None:
        self.well, self.now, self.version, self.grouped = False, 100.0, 1, grouped
        self.snapshots = Snapshots(
            lambda: datetime.now(UTC), self.find, lambda: {"trades": self.version}, clock=lambda: self.now
        )

    def find(self, topic: str) -> Page:
        def build(now: datetime) -> dict[str, Any]:
            return {"n": self.version // (topic == "good" or self.well)}

        if not self.grouped:
            return Page("trades", build)
        return Page("trades", build, build_many=lambda names, now: {topic: build(now)}, name=topic, group=topic)

    def texts(self) -> list[str]:
        found = self.snapshots.refresh(["bad", "good"])
        return [found[topic].text.partition('"data":')[2] or found[topic].text for topic in ("bad", "good")]


@pytest.mark.parametrize("grouped", [False, True])
def test_topic_that_cannot_be_built_holds_up_no_other_and_comes_back(grouped: bool) -> None:
    faulty = Faulty(grouped=grouped)
    assert faulty.texts() == ['{"error":"not built","topic":"bad"}', '{"n":1}}']
    faulty.well, faulty.now = True, 106.0
    assert faulty.texts() == ['{"n":1}}', '{"n":1}}']
    faulty.well, faulty.version = False, 2
    assert faulty.texts() == ['{"n":1}}', '{"n":2}}']
