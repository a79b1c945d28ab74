"""One incident stays one episode when its shard is split or merged, when letters are replayed."""

import pytest

from alarms.models import Watched
from streams.models import DeadLetter
from streams.operations.deadletters import Choice, replay
from tests.alarms.test_following import trade
from tests.alarms.world import World, episodes, make, notices

pytestmark = pytest.mark.django_db
MINUTE = 60_000


def busy(monkeypatch: pytest.MonkeyPatch) -> World:
    """A stream of trades, with a rule that a ticker reaches with 100 shares in a minute."""
    world = World(monkeypatch, "trades")
    make("busy", dataset="trades/minutes", kind="above", column="shares", by=("ticker",), level=100, quiet=MINUTE)
    return world


def minute(world: World, *trades: tuple[str, object]) -> None:
    """Puts the trades of a minute, and reads them."""
    world.put(*trades)
    world.settle()
    world.tick(MINUTE)
    world.settle()


def resharded(world: World) -> list[str]:
    """Lets workers find new shards: one that begins looks for them. Returns the open shards."""
    for _ in range(4):
        world.crash()
        world.settle()
    return [each.id for each in world.stream.describe().shards if each.open]


def test_episode_goes_on_over_a_split_and_a_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    world = busy(monkeypatch)
    loud = trade("AMZN", 120), trade("AAPL", 130)
    minute(world, *loud)
    world.stream.split(world.stream.describe().shards[0].id)
    low, high = resharded(world)
    minute(world, *loud)
    world.stream.merge(low, high)
    (merged,) = resharded(world)
    for _ in range(2):
        minute(world, *loud)
    for _ in range(3):
        minute(world, trade("AMZN"), trade("AAPL"))
    ends = [("AAPL", 0.0, 240.0, 130.0, 4), ("AMZN", 0.0, 240.0, 120.0, 4)]
    assert episodes() == ends
    assert set(Watched.objects.values_list("shard", flat=True)) <= {merged}
    minute(world, trade("AMZN"), trade("AAPL"))
    kinds = ["firing", "again", "again", "again", "resolved"]
    assert [kind for key, kind, *_ in notices() if key == "AMZN"] == kinds
    assert [kind for key, kind, *_ in notices() if key == "AAPL"] == kinds
    assert Watched.objects.count() == 0


def replayed(world: World, **letter: bytes) -> None:
    """Asks that the kept letters be applied, as those of a decoder that is mended since, and steps the worker."""
    DeadLetter.objects.update(**letter)
    assert replay(Choice(application=world.application), "ada") == 1
    world.crash()  # a worker that begins looks for letters at once
    world.settle()
    assert list(DeadLetter.objects.values_list("status", flat=True)) == [DeadLetter.Status.APPLIED]


def test_replayed_letter_counts_when_it_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = busy(monkeypatch)
    minute(world, trade("AMZN", 120), ("AMZN", "no trade"))
    for _ in range(4):
        minute(world, trade("AMZN"))
    ended = [("AMZN", 0.0, 60.0, 120.0, 1)]
    told = [("AMZN", "firing", 0.0, 0), ("AMZN", "resolved", 120.0, 0)]
    assert (episodes(), notices()) == (ended, told)
    replayed(world, data=b'{"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 2.5, "quantity": 150}')
    for _ in range(4):
        minute(world, trade("AMZN"))
    assert episodes() == [*ended, ("AMZN", 240.0, 300.0, 151.0, 1)]  # the minute of the last commit was still open
    assert notices() == [*told, ("AMZN", "firing", 240.0, 0), ("AMZN", "resolved", 360.0, 0)]


def test_replayed_letter_joins_the_episode_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    world = busy(monkeypatch)
    minute(world, trade("AMZN", 120), ("AMZN", "no trade"))
    world.put(trade("AMZN", 110))
    world.settle()
    replayed(world, data=b'{"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 2.5, "quantity": 90}')
    for _ in range(3):
        minute(world)
    assert episodes() == [("AMZN", 0.0, None, 200.0, 2)]
    assert notices() == [("AMZN", "firing", 0.0, 0), ("AMZN", "again", 60.0, 0)]
