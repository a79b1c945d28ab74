"""Tests the database's leases: the whole commit, dead owners, replays. tests/contracts holds the common contract."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from applications.market.models import TradeMinute
from applications.market.processor import inherit
from applications.market.results import Tally, TradeRow
from applications.market.sink import write
from streams.coordination import process_identity
from streams.core.commits import (
    Commit,
    HeldLease,
    LeaseLostError,
    LetterTakenError,
    RefusedError,
    Replay,
    ReplayRequest,
)
from streams.core.hashing import HASH_SPACE
from streams.core.records import TRIM_HORIZON, DeadRecord, Description, Shard, StreamError, after
from streams.core.sink import Rows
from streams.core.state import StateChange
from streams.engine.commit_store import CommitStore
from streams.models import DeadLetter, Lease, Throughput, TopicVersion
from tests.leasing import WorkersLeases
from tests.processes import limited

pytestmark = pytest.mark.django_db(transaction=True)
NOON = 1_795_348_800_000
SHARD = Shard("a", 0, HASH_SPACE - 1)
DEAD = DeadRecord(40, NOON, "k", b"\xff\x00", "why", 2)


def leases(owner: str = "one") -> WorkersLeases:
    found = WorkersLeases("trades", "trades", "trades", Rows(write), inherit, owner)
    found.sync(lambda: Description("trades", "ACTIVE", 24, [SHARD], "one"), TRIM_HORIZON)
    found.assign()
    return found


def with_lease() -> tuple[WorkersLeases, HeldLease]:
    one = leases()
    return one, one.acquire(1)[0]


def row(trades: int, ticker: str = "AMZN") -> TradeRow:
    return TradeRow(NOON, ticker, "BUY", Tally(trades, 10, 1000, 1.0, 2.0, 1.0, 2.0, 5, "7"))


def commit(sequence: int, *rows: TradeRow, dead: tuple[DeadRecord, ...] = ()) -> Commit[list[TradeRow]]:
    return Commit(str(after(sequence)), NOON, StateChange(b"state"), list(rows), dead, NOON, {NOON: (3, 100)})


def test_commit_writes_results_state_and_checkpoint_together(subtests: pytest.Subtests) -> None:
    one, held = with_lease()
    one.commit(held, commit(41, row(2), dead=(DEAD,)))
    one.commit(held, commit(44, row(5)))
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


def test_commit_leaves_nothing_behind_when_a_column_refuses() -> None:
    one, held = with_lease()
    with pytest.raises(RefusedError):
        one.commit(held, commit(41, row(1), row(2**70, "WMT")))
    assert (TradeMinute.objects.count(), Throughput.objects.count(), TopicVersion.objects.count()) == (0, 0, 0)
    assert Lease.objects.get(shard="a").checkpoint == str(TRIM_HORIZON)


def asked() -> tuple[WorkersLeases, HeldLease, ReplayRequest]:
    """A dead letter that somebody wants replayed."""
    one, held = with_lease()
    one.commit(held, commit(41, dead=(DEAD,)))
    DeadLetter.objects.update(status=DeadLetter.Status.REPLAY)
    [letter] = one.replay_requests(held)
    return one, held, letter


def test_replayed_letter_is_applied_once_and_closed_with_its_results() -> None:
    one, held, letter = asked()
    replay = Commit(str(after(41)), NOON, StateChange(b"state"), [row(1)], replayed=[Replay(letter)])
    one.commit(held, replay)
    lease, closed = Lease.objects.get(), DeadLetter.objects.get()
    assert (lease.applied, lease.dead, closed.status, closed.attempts) == (3, 0, "applied", 3)
    with pytest.raises(LetterTakenError):
        one.commit(held, replay)
    assert (Lease.objects.get().applied, one.replay_requests(held)) == (3, [])


def test_replayed_letter_keeps_the_new_error_when_it_fails_again() -> None:
    one, held, letter = asked()
    one.commit(held, Commit(str(after(41)), NOON, StateChange(b"state"), replayed=[Replay(letter, "still")]))
    kept = DeadLetter.objects.get()
    assert (kept.status, kept.error, kept.attempts, Lease.objects.get().dead) == ("kept", "still", 3, 1)


def test_replayed_letter_changes_nothing_when_discarded_meanwhile() -> None:
    one, held, letter = asked()
    DeadLetter.objects.update(status=DeadLetter.Status.DISCARDED)
    with pytest.raises(LetterTakenError):
        one.commit(held, Commit(str(after(41)), NOON, StateChange(b"state"), [row(1)], replayed=[Replay(letter)]))
    assert TradeMinute.objects.count() == 0


def test_application_reads_a_stream_by_shard_or_as_a_whole() -> None:
    leases()
    with pytest.raises(StreamError, match="shard by shard so far and cannot go on as a whole"):
        leases().refuse_to_mix(whole=True)
    leases().refuse_to_mix(whole=False)


@pytest.fixture
def neighbour() -> Iterator["subprocess.Popen[str]"]:
    """Another process, which has written its identity as its first line."""
    code = (
        "import django; django.setup(); from streams.coordination import process_identity as identity;"
        "print(identity.current(), flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        yield it
        it.kill()


def test_leases_of_a_killed_process_are_free_at_once(neighbour: "subprocess.Popen[str]") -> None:
    owner = said_by(neighbour)
    leases(owner).acquire(1)
    assert (process_identity.is_dead(owner), leases("two").acquire(1), leases("two").assign().target) == (False, [], 0)
    neighbour.kill()
    neighbour.wait(timeout=60)
    assert process_identity.is_dead(owner)
    assert (leases("two").assign().target, [held.shard for held in leases("two").acquire(1)]) == (1, ["a"])


def test_process_is_alive_by_the_kernel_when_systemd_hides_proc(
    neighbour: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    owner = said_by(neighbour)
    settings.BOOT_ID = owner.partition("/")[0]
    (tmp_path / "self").symlink_to("/proc/self")
    monkeypatch.setattr(process_identity, "PROC", tmp_path)
    assert (process_identity.is_dead(owner), process_identity.is_dead(owner.replace("/pid", "/elsewhere"))) == (
        False,
        False,
    )
    neighbour.kill()
    neighbour.wait(timeout=60)
    assert process_identity.is_dead(owner)


@pytest.mark.parametrize("owner", ["", "elsewhere/1/2", "host:9"])
def test_process_of_another_machine_is_unknown(owner: str) -> None:
    assert process_identity.is_dead(owner) is False


def said_by(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    with limited(process):
        return process.stdout.readline().strip()


def test_process_with_a_reused_pid_is_another_one() -> None:
    place = process_identity.current().removesuffix(process_identity.current().rpartition("/")[2])
    assert process_identity.is_dead(f"{place}1")
    assert process_identity.current().split("/")[-2] == str(os.getpid())


class Filing:
    """A sink that prepares a file outside of the transaction, and writes a row inside."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bool]] = []

    def prepare(self, results: list[TradeRow]) -> str:
        self.calls.append(("prepare", connection.in_atomic_block))
        return f"{len(results)} rows"

    def write(self, stream: str, prepared: str) -> None:
        self.calls.append((f"write {prepared} of {stream}", connection.in_atomic_block))


def test_a_sink_prepares_before_the_transaction_and_writes_inside() -> None:
    _, held = with_lease()
    sink = Filing()
    store = CommitStore("trades", "trades", "trades", sink)
    store.commit(held, commit(41, row(2)))
    assert sink.calls == [("prepare", False), ("write 1 rows of trades", True)]


def test_a_sink_that_has_prepared_writes_nothing_when_the_lease_is_lost() -> None:
    _, held = with_lease()
    sink = Filing()
    with pytest.raises(LeaseLostError):
        CommitStore("trades", "trades", "trades", sink).commit(held._replace(counter=0), commit(41, row(2)))
    assert sink.calls == [("prepare", False)]


def test_a_sink_that_refuses_to_prepare_refuses_the_commit() -> None:
    _, held = with_lease()
    sink = Filing()
    sink.prepare = lambda results: int("x")  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(RefusedError, match="invalid literal"):
        CommitStore("trades", "trades", "trades", sink).commit(held, commit(41, row(2)))
    assert Lease.objects.get().applied == 0
