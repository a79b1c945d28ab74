"""Records that explicit hash keys put beside their key's own shard: refused before they count, or all counted."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple

import msgspec
import pytest

from applications.market.models import TradeMinute
from streams import wiring
from streams.backends.base import Stream
from streams.backends.kinesis.url import Place, connect
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import TRIM_HORIZON
from streams.engine.worker import Worker
from streams.models import DeadLetter, Lease
from streams.operations import deadletters
from streams.operations.deadletters import Choice
from tests.contracts.conftest import of_kinesis
from tests.fakes import FakeClock, MemoryStream
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db
numbers = count()
LOW, HIGH = 5, HASH_SPACE // 2 + 5
TICKER = "AAPL"
OWN = LOW if hash_key(TICKER) < HASH_SPACE // 2 else HIGH
OTHER = LOW if OWN == HIGH else HIGH


class Keyed(NamedTuple):
    stream: Stream
    put: Callable[[int], object]  # a trade of TICKER, with that explicit hash key
    tick: Callable[[], object]  # lets time pass where it does not by itself


def trade() -> bytes:
    return msgspec.json.encode({"tickerSymbol": TICKER, "tradeType": "BUY", "price": 10, "quantity": 100})


@pytest.fixture(params=["memory", pytest.param("kinesis-local", marks=pytest.mark.xdist_group("kinesis-local"))])
def keyed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyed]:
    if request.param == "memory":
        now = FakeClock()
        memory = MemoryStream("trades", now)
        found = Keyed(memory, lambda place: memory.put_hashed(TICKER, trade(), place), lambda: now.advance(5))
    else:
        url = request.getfixturevalue("kinesis_local_url")
        stream = of_kinesis(url, examples=1).make(f"explicit-{next(numbers)}")
        names = {"StreamName": stream.name, "PartitionKey": TICKER, "Data": trade()}
        client = connect(Place("eu-west-1", url))
        found = Keyed(stream, lambda place: client.put_record(**names, ExplicitHashKey=str(place)), lambda: None)
    found.stream.create(shards=2)
    monkeypatch.setattr(wiring, "open_stream", lambda name: found.stream)
    yield found
    found.stream.delete()


def work(keyed: Keyed, worker: Worker[Any, Any], records: int) -> None:
    """Steps a worker until so many records are applied or refused."""

    def settled() -> bool:
        keyed.tick()
        worker.step()
        counts = Lease.objects.values_list("applied", "dead")
        return sum(applied + dead for applied, dead in counts) >= records

    wait_for(settled)


def counted() -> tuple[int, int]:
    """Trades in the results, and dead letters."""
    return sum(TradeMinute.objects.values_list("trades", flat=True)), DeadLetter.objects.filter(status="kept").count()


def test_a_record_beside_its_keys_shard_is_a_dead_letter_with_the_reason(keyed: Keyed) -> None:
    for place in (OWN, OTHER) * 5:
        keyed.put(place)
    work(keyed, wiring.build_worker("trades", "trades", TRIM_HORIZON), 10)
    assert counted() == (5, 5)
    errors = set(DeadLetter.objects.values_list("error", flat=True))
    assert {error.partition(": ")[0] for error in errors} == {
        f"The record lies in another shard than that of its partition key {TICKER!r}"
    }


def test_a_refused_record_is_counted_once_it_is_replayed(keyed: Keyed) -> None:
    keyed.put(OWN)
    keyed.put(OTHER)
    worker = wiring.build_worker("trades", "trades", TRIM_HORIZON)
    work(keyed, worker, 2)
    deadletters.replay(Choice("trades"), "ada")
    wait_for(lambda: worker.step() or counted() == (2, 0))
    assert counted() == (2, 0)


def test_whole_stream_counts_all_records(keyed: Keyed) -> None:
    for place in (LOW, HIGH) * 5:
        keyed.put(place)
    work(keyed, wiring.build_worker("trades", "trades", TRIM_HORIZON, whole=True), 10)
    assert counted() == (10, 0)


def test_counts_are_right_through_a_split(keyed: Keyed) -> None:
    """A record in a parent lies in the parent's range, which is wider than its child's."""
    shard = next(s for s in keyed.stream.describe().shards if s.hash_start <= OWN <= s.hash_end)
    far = shard.hash_end if hash_key(TICKER) < (shard.hash_start + shard.hash_end) // 2 else shard.hash_start
    keyed.put(far)  # in the same half as the key: counted
    keyed.stream.split(shard.id)
    wait_for(lambda: keyed.stream.describe().status == "ACTIVE")
    keyed.put(far)  # in the other child than the key's: refused
    keyed.put(hash_key(TICKER))
    work(keyed, wiring.build_worker("trades", "trades", TRIM_HORIZON), 3)
    assert counted() == (2, 1)
