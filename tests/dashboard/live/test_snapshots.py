"""One keeper of snapshots for sockets and for polling: each topic is built once per version, and memory is bounded."""

from datetime import UTC, datetime
from typing import Any

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
