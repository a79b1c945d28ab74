"""No record stops a worker, and none is lost in silence: applied and dead records add up to the records put."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.market.processor import TradesProcessor, decode, inherit
from applications.market.sink import write
from streams.backends.aggregation import columns_in_shard, parse
from streams.coordination import packets
from streams.core.commits import Commit, HeldLease, RefusedError, StoreDownError
from streams.core.hashing import HASH_SPACE
from streams.core.records import TRIM_HORIZON, Batch, DeadRecord, Description, Entry, Page, Position, Shard
from streams.core.sink import Rows
from streams.core.state import State, StateChange
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader
from streams.engine.refusals import MOST_TINY, explained
from streams.models import DeadLetter, Lease
from tests.leasing import WorkersLeases
from tests.packing import aggregate

pytestmark = pytest.mark.django_db(transaction=True)
NOON = 1_795_348_800_000
ALL = Shard("s0", 0, HASH_SPACE - 1)
GOOD = b'{"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 10.5, "quantity": 3}'


class Source:
    """A shard with records of any kind, unpacked as Kinesis' are; keeps no rule of a real stream."""

    def __init__(self, records: Sequence[Entry]) -> None:
        self.name = "trades"
        self.keys: list[str] = []
        self.datas: list[bytes] = []
        for key, data in records:
            keys, datas = columns_in_shard(key, data, ALL.hash_start, ALL.hash_end)
            self.keys += keys
            self.datas += datas

    def read(self, shard: str, position: Position, limit: int) -> Page:
        start, stop = position.value, min(position.value + limit, len(self.keys))
        batch = Batch(NOON, range(start + 1, stop + 1), self.keys[start:stop], self.datas[start:stop])
        return Page([batch] if stop > start else [], NOON if stop == len(self.keys) else None)


class Picky(WorkersLeases):
    """Refuses letters as a database might: the first so many tries of each commit that has one."""

    refusals = 0

    def commit(self, held: HeldLease, commit: Commit[Any]) -> None:
        if commit.dead and self.refusals:
            self.refusals -= 1
            raise RefusedError("no room for this\nletter")
        super().commit(held, commit)


def leases(kind: type[WorkersLeases] = WorkersLeases) -> WorkersLeases:
    Lease.objects.all().delete()
    DeadLetter.objects.all().delete()
    found = kind("trades", "trades", "trades", Rows(write), inherit, "me")
    found.sync(lambda: Description("trades", "ACTIVE", 24, [ALL], "one"), TRIM_HORIZON)
    found.assign()
    return found


def consume(store: WorkersLeases, records: Sequence[Entry]) -> int:
    """Applies all of it; how many records there were."""
    source: Any = Source(records)
    [held] = store.acquire(1)
    reader = ShardReader(source, "s0", held.checkpoint)
    pipeline = Pipeline(held, reader, explained(decode), TradesProcessor, store)
    while pipeline.step():
        pass
    return len(source.keys)


def kept(error: str) -> list[tuple[str, bytes, int | None]]:
    """Returns key, data and whole size of the letters with that text in their error."""
    letters = DeadLetter.objects.filter(error__contains=error).order_by("pk")
    return [(letter.partition_key, bytes(letter.data), letter.whole_size) for letter in letters]


KEYS = st.one_of(st.just("AMZN"), st.text(st.characters(exclude_categories=()), min_size=1, max_size=300))
DATAS = st.one_of(
    st.just(GOOD),
    st.binary(max_size=300),
    st.builds(lambda name: GOOD.replace(b"AMZN", name), st.binary(max_size=20)),
    st.builds(lambda size: b"\0" * size, st.integers(0, 70_000)),
)
PLAIN = st.tuples(KEYS, DATAS)
UNICODE_KEYS = st.text(max_size=300)
AGGREGATES = st.builds(
    lambda entries: ("p", aggregate(entries)), st.lists(st.tuples(UNICODE_KEYS, DATAS), min_size=1, max_size=5)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(PLAIN, AGGREGATES), max_size=6))
def test_worker_stops_at_no_record_and_loses_none_in_silence(records: list[Entry]) -> None:
    total = consume(leases(), records)
    lease = Lease.objects.get()
    assert (lease.applied + lease.dead, DeadLetter.objects.count()) == (total, lease.dead)
    for letter in DeadLetter.objects.all():
        assert len(letter.error) <= 2000 and letter.error.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(KEYS)
def test_key_of_any_bytes_can_be_restored(key: str) -> None:
    store = leases()
    [held] = store.acquire(1)
    store.commit(held, Commit("trim-horizon", NOON, None, dead=[DeadRecord(1, NOON, key, b"x", "why", 1)]))
    DeadLetter.objects.update(status=DeadLetter.Status.REPLAY)
    assert [letter.key for letter in store.replay_requests(held)] == [key]


def test_storable_key_is_stored_unchanged() -> None:
    consume(leases(), [("\x1b[2J ä", b"x"), ("\0", b"x")])
    keys = list(DeadLetter.objects.order_by("pk").values_list("partition_key", "key_bytes"))
    assert [(key, raw and bytes(raw)) for key, raw in keys] == [("\x1b[2J ä", None), ("\\u0000", b"\0")]
    assert kept("The key is shown with escapes; its bytes are kept beside it.") == [("\\u0000", b"x", None)]


def test_an_error_is_bounded_and_one_line() -> None:
    consume(leases(), [("AMZN", GOOD.replace(b"BUY", b"A\\n\\u001b" * 100_000))])
    [letter] = DeadLetter.objects.all()
    assert (len(letter.error), letter.error.isprintable(), letter.error[-1]) == (2000, True, "…")


@pytest.mark.parametrize("key", ["", "k" * 257])
def test_aggregate_with_an_invalid_key_is_one_plain_record(key: str) -> None:
    data = aggregate([(key, GOOD)] * 400)
    assert consume(leases(), [("p", data)]) == 1
    assert kept("a partition key has not 1 to 256 characters") == [("p", data, None)]


def test_aggregate_that_was_not_unpacked_has_the_reason() -> None:
    data = aggregate([("AMZN", GOOD)])
    source: Any = Source([])
    source.keys, source.datas = ["p"], [data]
    _, _, [dead] = explained(decode)(source.read("s0", TRIM_HORIZON, 1).batches[0])
    assert dead.error.startswith("An aggregate of 1 records that was not unpacked.")


@pytest.mark.parametrize(("refusals", "sizes"), [(2, [(1 << 20, None)]), (3, [(4096, 1 << 20)]), (4, [])])
def test_refused_letter_is_kept_in_part_or_reported_as_an_error(
    refusals: int, sizes: list[tuple[int, int | None]], caplog: pytest.LogCaptureFixture
) -> None:
    store = leases(Picky)
    assert isinstance(store, Picky)
    store.refusals = refusals  # of the step, of the record alone, of its letter, of the reduced letter
    assert consume(store, [("AMZN", b"\xff" * (1 << 20)), ("AMZN", GOOD)]) == 2
    lease = Lease.objects.get()
    assert (lease.applied, lease.dead) == (1, 1)
    assert [(len(letter.data), letter.whole_size) for letter in DeadLetter.objects.all()] == sizes
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert ["could not be kept" in error and error.isprintable() for error in errors] == [True] * (not sizes)


class Sizes:
    """Notes the bytes of each statement's values."""

    def __init__(self) -> None:
        self.found: list[int] = []

    def __call__(self, execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        self.found.append(sum(len(value) for value in params or () if isinstance(value, bytes | str)))
        return execute(sql, params, *rest)


def test_large_letters_are_written_in_statements_of_a_bounded_size() -> None:
    sizes = Sizes()
    with connection.execute_wrapper(sizes):
        consume(leases(), [("AMZN", b"x" * 100_000)] * 100)
    assert (DeadLetter.objects.count(), max(sizes.found) < 4.1 * (1 << 20)) == (100, True)


@pytest.mark.parametrize(("byte", "size"), [(b"\0", 9 << 20), (b"x", 15 << 20), (b"x", 17 << 20)])
def test_a_record_larger_than_a_statement_is_kept_in_part_and_the_shard_goes_on(byte: bytes, size: int) -> None:
    consume(leases(), [("AMZN", byte * size), ("AMZN", GOOD)])
    lease, letter = Lease.objects.get(), DeadLetter.objects.defer("data").get()
    whole = not packets.exceeds(byte * size, packets.limit())
    assert (lease.applied, lease.dead, letter.whole_size) == (1, 1, None if whole else size)
    assert letter.error.startswith("JSON is malformed")
    assert ("Only the first 4,096" in letter.error) == (not whole)


def test_state_larger_than_a_statement_is_written_in_segments() -> None:
    store = leases()
    [held] = store.acquire(1)
    state = StateChange(b"meta", {(str(key),): b"\0" * 200_000 for key in range(90)})
    sizes = Sizes()
    with connection.execute_wrapper(sizes):
        store.commit(held, Commit("trim-horizon", NOON, state))
    assert store.state(held) == State(b"meta", state.put, [])
    assert max(sizes.found) < 1 << 19  # less than half of the smallest max_allowed_packet that is of use


def test_state_entry_larger_than_a_segment_is_refused_with_a_reason() -> None:
    store = leases()
    [held] = store.acquire(1)
    with pytest.raises(RefusedError, match=r"^The state of \('k',\) would have 300,016 bytes; 262,144 is the most\.$"):
        store.commit(held, Commit("trim-horizon", NOON, StateChange(b"meta", {("k",): b"x" * 300_000})))


def test_results_larger_than_a_statement_are_refused_with_a_reason() -> None:
    store = leases()
    [held] = store.acquire(1)
    if connection.vendor != "mysql":  # the others have no such limit
        return
    store.store._sink = Rows(lambda _, results: connection.cursor().execute("SELECT LENGTH(%s)", [results]))
    for size in (17 << 20, 40 << 20):  # the server may say why, or just hang up
        with pytest.raises(RefusedError, match="bytes was refused"):
            store.commit(held, Commit("trim-horizon", NOON, None, b"x" * size))
    store.commit(held, Commit("trim-horizon", NOON, None, b"x"))


def test_database_that_hangs_up_is_away_unless_the_statement_was_too_large() -> None:
    def hang_up(*_: object) -> None:
        with connection.execute_wrapper(fail):
            connection.cursor().execute("SELECT 1")

    def fail(*_: object) -> None:
        raise OperationalError(2006, "Server has gone away")

    store = leases()
    [held] = store.acquire(1)
    store.store._sink = Rows(hang_up)
    with pytest.raises(StoreDownError):
        store.commit(held, Commit("trim-horizon", NOON, None, b"x"))


def test_an_aggregate_of_empty_records_makes_few_letters_and_all_are_counted() -> None:
    store = leases()
    data = aggregate([("AMZN", b"")] * 12_000 + [("AMZN", GOOD), ("AMZN", b"x" * 17)])
    assert consume(store, [("p", data)]) == 12_002
    lease = Lease.objects.get()
    assert (lease.applied, lease.dead) == (1, 12_001)
    folded = DeadLetter.objects.filter(error__contains="records of at most 16 bytes")
    held = [parse(bytes(letter.data)) for letter in folded]
    assert [len(each.keys) for each in held if each] == [9_900, 1_900]  # of the steps of 10,000 and 2,002 records
    assert DeadLetter.objects.count() == 2 * (MOST_TINY + 1) + 1
    assert folded[0].error.startswith("9,900 records of at most 16 bytes, in one aggregate here. The first of them: ")
