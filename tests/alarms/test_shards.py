"""Keys that are not tied to a partition key belong to the lease of a shard, and end with it."""

import pytest

from alarms.models import Episode, Watched
from tests.alarms.test_following import line
from tests.alarms.world import World, episodes, make, notices

pytestmark = pytest.mark.django_db
FIRST = "shardId-000000000000"


def silent(monkeypatch: pytest.MonkeyPatch) -> World:
    """A stream of orders whose only shard has had no line for a minute."""
    world = World(monkeypatch, "orders")
    make("silent", dataset="orders/seconds", kind="absent", after=30_000)
    world.put(line("shop"))
    world.settle()
    world.tick(60_000)
    world.settle()
    return world


def restarted(world: World) -> None:
    for _ in range(4):  # a worker that begins looks for shards
        world.crash()
        world.settle()
        world.tick(1_000)


def test_episode_of_a_shard_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = silent(monkeypatch)
    assert episodes() == [(FIRST, 30.0, None, None, 1)]
    world.stream.split(FIRST)
    restarted(world)
    assert list(Episode.objects.values_list("key", "ending")) == [(FIRST, "shard ended")]
    assert [kind for _, kind, *_ in notices()] == ["firing", "resolved"]
    assert FIRST not in Watched.objects.values_list("key", flat=True)


def test_episode_of_a_shard_ends_when_its_stream_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    world = silent(monkeypatch)
    world.stream.split(FIRST)
    restarted(world)
    world.tick(60_000)
    world.settle()
    assert Episode.objects.filter(ended=None).count() == 2  # of the two children
    world.crash()
    world.stream.delete()
    world.stream.create()
    restarted(world)
    assert Episode.objects.filter(ended=None).count() == 0
    assert Episode.objects.filter(ending="shard ended").count() == 3


def test_streams_of_one_application_have_alarms_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    make("row", dataset="orders/seconds", kind="row", by=("site",))
    for stream, lines in (("orders", 1), ("orders-eu", 2)):
        world = World(monkeypatch, "orders", stream)
        world.put(*[line("shop")] * lines)
        world.tick(3_000)
        world.settle()
    found = Episode.objects.order_by("stream").values_list("stream", "key", "calls")
    assert list(found) == [("orders", "shop", 1), ("orders-eu", "shop", 1)]
