"""One incident stays one episode when its shard is split or merged, when letters are replayed, and over many leases."""

import pytest

from alarms.models import Watched
from sql.live.deploying import deploy
from streams.core.replayed import counted_at
from streams.models import DeadLetter, Lease
from streams.operations.deadletters import Choice, replay
from tests.alarms.test_following import trade
from tests.alarms.world import World, episodes, make, notices

pytestmark = pytest.mark.django_db
MINUTE = 60_000
FOLDER = {
    "application.toml": b"""source = "clicks"
partition_key = "page"
parallel = true

[schema]
row_path = "$"

[[schema.columns]]
name = "page"
type = "VARCHAR(16)"

[[schema.columns]]
name = "ms"
type = "INTEGER"
""",
    "application.sql": b"""CREATE OR REPLACE STREAM "SLOW" ("page" VARCHAR(16), "ms" INTEGER);
CREATE OR REPLACE PUMP "P" AS INSERT INTO "SLOW"
SELECT STREAM "page", "ms" FROM "SOURCE_SQL_STREAM_001";
""",
}


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


def click(page: str, ms: int) -> tuple[str, object]:
    return page, {"page": page, "ms": ms}


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
    kept, now = DeadLetter.objects.get(), world.clock()
    assert (kept.status, now - MINUTE <= (counted_at(kept.error) or 0) <= now) == (DeadLetter.Status.APPLIED, True)


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


@pytest.mark.django_db(transaction=True)  # a view ends MariaDB's transaction
def test_keys_of_parallel_shards_have_an_episode_each(monkeypatch: pytest.MonkeyPatch) -> None:
    deploy("slow", FOLDER, "eve")
    world = World(monkeypatch, "slow", "clicks", shards=2)
    make("long", dataset="slow/SLOW", kind="above", column="ms", by=("page",), level=100, quiet=1_000)
    pages = [f"p{number}" for number in range(8)]
    for ms in (150, 120):
        world.put(*[click(page, ms) for page in pages])
        world.settle()
        world.tick(500)
    leases = set(Lease.objects.filter(application="slow").values_list("shard", flat=True))
    assert leases == {each.id for each in world.stream.describe().shards}
    assert episodes() == [(page, 0.0, None, 150.0, 2) for page in pages]
    assert set(Watched.objects.values_list("shard", flat=True)) == leases
    low, high = sorted(leases)
    world.stream.merge(low, high)
    resharded(world)
    world.put(*[click(page, 130) for page in pages], *[click(page, 1) for page in pages])
    world.settle()
    assert episodes() == [(page, 0.0, 1.0, 150.0, 3) for page in pages]
    assert sorted(key for key, *_ in notices()) == pages
