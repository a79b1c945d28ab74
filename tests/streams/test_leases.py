"""Leases: one owner at a time, and nothing from a former one."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from streams import owners
from streams.commits import Commit, Grant, LeaseLostError, RefusedError
from streams.leases import Leases
from streams.models import DeadLetter, Lease, Throughput, TopicVersion, TradeMinute
from streams.records import SHARD_END, TRIM_HORIZON, DeadRecord, Description, Shard, after
from streams.results.trades import Tally, TradeRow
from streams.sinks.trades import write

pytestmark = pytest.mark.django_db(transaction=True)
NOON = 1_795_348_800_000


def description(*shards: str) -> Description:
    return Description("trades", "ACTIVE", 24, [Shard(shard, 0, 1) for shard in shards])


def leases(owner: str) -> Leases[list[TradeRow]]:
    found = Leases("trades", "trades", "trades", write, owner)
    found.sync(description("a", "b"), TRIM_HORIZON)
    return found


def row(trades: int, ticker: str = "AMZN") -> TradeRow:
    return TradeRow(NOON, ticker, "BUY", Tally(trades, 10, 1000, 1.0, 2.0, 1.0, 2.0, 5, "7"))


def commit(sequence: int, *rows: TradeRow, dead: tuple[DeadRecord, ...] = ()) -> Commit[list[TradeRow]]:
    return Commit(after(sequence), NOON, b"state", list(rows), list(dead), NOON, {NOON: (3, 100)})


def expire(shard: str) -> None:
    Lease.objects.filter(shard=shard).update(expires=Now() - timedelta(seconds=1))


def test_the_first_worker_gets_every_shard_and_the_next_none() -> None:
    assert [grant.shard for grant in leases("one").acquire()] == ["a", "b"]
    assert leases("two").acquire() == []


def test_a_grant_starts_where_the_last_commit_ended() -> None:
    first = leases("one")
    grant = first.acquire()[0]
    first.commit(grant, commit(41))
    first.release()
    assert leases("two").acquire()[0] == Grant("trades", "trades", "a", "two", 2, after(41), b"state", NOON)


def test_an_expired_lease_is_taken_over_and_its_former_owner_commits_nothing() -> None:
    first, second = leases("one"), leases("two")
    grant = first.acquire()[0]
    expire("a")
    [taken] = second.acquire()
    with pytest.raises(LeaseLostError):
        first.commit(grant, commit(41, row(1)))
    second.commit(taken, commit(3))
    assert list(TradeMinute.objects.all()) == []
    assert Lease.objects.get(shard="a").checkpoint == str(after(3))


def test_a_former_owner_that_took_the_lease_again_cannot_use_its_old_grant() -> None:
    one = leases("one")
    old = one.acquire()[0]
    one.release()
    one.acquire()
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(41))


def test_an_expired_lease_that_nobody_took_is_still_its_owners() -> None:
    one = leases("one")
    grant = one.acquire()[0]
    expire("a")
    one.commit(grant, commit(41))
    assert leases("two").acquire() == []


def test_a_commit_is_whole(subtests: pytest.Subtests) -> None:
    one = leases("one")
    grant = one.acquire()[0]
    one.commit(grant, commit(41, row(2), dead=(DeadRecord(40, NOON, "k", b"\xff\x00", "why", 2),)))
    one.commit(grant, commit(44, row(5)))
    lease = Lease.objects.get(shard="a")
    with subtests.test("the lease counts records"):
        assert (lease.applied, lease.dead, lease.checkpoint) == (5, 1, str(after(44)))
    with subtests.test("results are absolute"):
        assert [minute.trades for minute in TradeMinute.objects.all()] == [5]
    with subtests.test("dead letters keep the bytes"):
        assert [bytes(letter.data) for letter in DeadLetter.objects.all()] == [b"\xff\x00"]
    with subtests.test("arrivals add up"):
        assert [(second.records, second.size) for second in Throughput.objects.all()] == [(6, 200)]
    with subtests.test("the topic has moved on"):
        assert TopicVersion.objects.get().version == 2


def test_a_commit_that_a_column_refuses_leaves_nothing_behind() -> None:
    one = leases("one")
    grant = one.acquire()[0]
    with pytest.raises(RefusedError):
        one.commit(grant, commit(41, row(1), row(2**70, "WMT")))
    assert (TradeMinute.objects.count(), Throughput.objects.count(), TopicVersion.objects.count()) == (0, 0, 0)
    assert Lease.objects.get(shard="a").checkpoint == str(TRIM_HORIZON)


def test_a_shard_that_ended_is_not_taken_again() -> None:
    one = leases("one")
    grant = one.acquire()[0]
    one.commit(grant, Commit(SHARD_END, NOON, b"", None, [], None, {}))
    one.release()
    assert [grant.shard for grant in leases("two").acquire()] == ["b"]


def test_a_shard_that_the_stream_no_longer_has_holds_nobody_up() -> None:
    one = leases("one")
    [first, _] = one.acquire()
    one.commit(first, commit(41))
    assert one.complete_to() is None  # b has not said how far it is
    one.sync(description("a"), TRIM_HORIZON)
    assert one.complete_to() == NOON


def test_the_leases_of_a_process_that_was_killed_are_free_at_once() -> None:
    code = "from streams import owners; print(owners.myself(), flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdin
    owner = process.stdout.readline().strip()
    leases(owner).acquire()
    assert (owners.is_gone(owner), leases("two").acquire()) == (False, [])
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert owners.is_gone(owner)
    assert [grant.shard for grant in leases("two").acquire()] == ["a", "b"]


@pytest.mark.parametrize("owner", ["", "elsewhere/1/2", "host:9"])
def test_nothing_is_known_of_processes_elsewhere(owner: str) -> None:
    assert owners.is_gone(owner) is False


def test_a_pid_used_again_is_another_process() -> None:
    place = owners.myself().removesuffix(owners.myself().rpartition("/")[2])
    assert owners.is_gone(f"{place}1")
    assert owners.myself().split("/")[-2] == str(os.getpid())
