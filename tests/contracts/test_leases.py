"""What every store of leases must do: the database's, and the one in memory that simulations use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import msgspec
import pytest
from django.db.models.functions import Now

from streams import letters
from streams.clock import MINUTE
from streams.commits import Commit, Grant, LeaseLostError, Letter, LetterTakenError, Replay
from streams.hashing import HASH_SPACE, hash_key
from streams.leases import Leases
from streams.models import DeadLetter, Lease, Member
from streams.records import SHARD_END, TRIM_HORIZON, DeadRecord, Position, Shard, after, at
from streams.worker import LeaseStore
from tests.fakes import FakeClock
from tests.memory_leases import MemoryLeases, Table

pytestmark = pytest.mark.django_db(transaction=True)
NOON = 1_795_348_800_000
HALF = HASH_SPACE // 2
WHOLE = Shard("a", 0, HASH_SPACE - 1)
LEFT, RIGHT = Shard("b", 0, HALF - 1, ("a",)), Shard("c", HALF, HASH_SPACE - 1, ("a",))
KEYS = [f"key-{number}" for number in range(1200)]
PAIR = [Shard("a", 0, HALF - 1), Shard("b", HALF, HASH_SPACE - 1)]


def inherit(snapshots: list[bytes], owns: Callable[[str], bool]) -> bytes:
    """States are lists of keys."""
    return msgspec.json.encode([key for state in snapshots for key in msgspec.json.decode(state) if owns(key)])


class Fleet(Protocol):
    """Workers of one application on one stream."""

    def worker(self, owner: str) -> LeaseStore[Any]: ...
    def expire(self, owner: str) -> None:
        """The worker has not been heard of for longer than a lease."""

    def ask(self, *keys: str) -> None:
        """Somebody wants dead letters with these keys replayed; their sequence numbers are 1, 2, 3 …"""

    def settled(self) -> list[tuple[int, str]]:
        """Of letters that were tried again, the sequence number and the error, "" for those applied."""

    def take_back(self, sequence: int) -> None:
        """Somebody discards a letter that was asked for."""


class DatabaseFleet:
    def worker(self, owner: str) -> LeaseStore[Any]:
        return Leases("app", "s", "topic", lambda results: None, inherit, owner)

    def expire(self, owner: str) -> None:
        past = Now() - timedelta(seconds=1)
        Lease.objects.filter(owner=owner).update(expires=past)
        Member.objects.filter(owner=owner).update(expires=past)

    def ask(self, *keys: str) -> None:
        for number, key in enumerate(keys, 1):
            dead = [DeadRecord(number, NOON, key, f"data {number}".encode(), "why", 1)]
            letters.add(Grant("app", "s", "z", "me", 1, "", b"", 0), dead, None)
        DeadLetter.objects.update(status=DeadLetter.Status.REPLAY)

    def settled(self) -> list[tuple[int, str]]:
        tried = DeadLetter.objects.filter(attempts=2).order_by("pk")
        return [(int(row.sequence), "" if row.status == "applied" else row.error) for row in tried]

    def take_back(self, sequence: int) -> None:
        DeadLetter.objects.filter(sequence=str(sequence)).update(status=DeadLetter.Status.DISCARDED)


class MemoryFleet:
    def __init__(self) -> None:
        self.table = Table(FakeClock())

    def worker(self, owner: str) -> LeaseStore[Any]:
        return MemoryLeases(self.table, owner, inherit)

    def expire(self, owner: str) -> None:
        for row in self.table.rows.values():
            row.expires = 0 if row.owner == owner else row.expires
        self.table.members[owner] = 0

    def ask(self, *keys: str) -> None:
        for number, key in enumerate(keys, 1):
            self.table.asked[number] = Letter(number, number, key, f"data {number}".encode())

    def settled(self) -> list[tuple[int, str]]:
        return [(number, error or "") for number, error in sorted(self.table.settled.items())]

    def take_back(self, sequence: int) -> None:
        del self.table.asked[sequence]


@pytest.fixture(params=[DatabaseFleet, MemoryFleet])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    made: Fleet = request.param()
    return made


def joined(fleet: Fleet, owner: str, *shards: Shard) -> LeaseStore[Any]:
    """A worker that has said that it lives."""
    worker = fleet.worker(owner)
    worker.sync(lambda: shards or PAIR, TRIM_HORIZON)
    worker.share()
    return worker


def commit(place: Position | str, state: bytes = b"[]", clock: int = NOON) -> Commit[Any]:
    return Commit(str(place), clock, state)


def test_one_worker_is_due_every_shard_and_takes_them_once(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    assert one.share() == (2, set())
    assert [grant.shard for grant in one.acquire(2)] == ["a", "b"]
    assert (one.share(), one.acquire(2)) == ((2, {"a", "b"}), [])


def test_a_lease_that_is_held_is_not_taken(fleet: Fleet) -> None:
    joined(fleet, "one").acquire(2)
    assert joined(fleet, "two").acquire(2) == []


def test_no_more_is_taken_than_asked_for(fleet: Fleet) -> None:
    assert [grant.shard for grant in joined(fleet, "one").acquire(1)] == ["a"]


def test_shards_are_shared_evenly_and_every_worker_agrees(fleet: Fleet) -> None:
    shards = [Shard(name, index, index) for index, name in enumerate("abcde")]
    workers = [joined(fleet, owner, *shards) for owner in ("one", "two", "three")]
    assert sorted(worker.share().due for worker in workers) == [1, 2, 2]


def test_what_is_given_back_is_free_at_once(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    one.give_back(["a"])
    assert [grant.shard for grant in two.acquire(2)] == ["a"]
    assert one.share().held == {"b"}


def test_a_worker_that_leaves_frees_its_leases_and_its_share(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    one.leave()
    assert (two.share().due, len(two.acquire(2))) == (2, 2)


def test_a_silent_worker_loses_its_leases_and_its_share(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    fleet.expire("one")
    assert (two.share().due, len(two.acquire(2))) == (2, 2)
    assert one.share().held == set()


def test_a_grant_goes_on_where_the_last_commit_ended(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [grant, _] = one.acquire(2)
    one.commit(grant, commit(after(41), b'["k"]'))
    one.leave()
    [taken, _] = joined(fleet, "two").acquire(2)
    assert taken[3:8] == ("two", 2, str(after(41)), b'["k"]', NOON)


def test_a_former_owner_commits_nothing(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    [old, _] = one.acquire(2)
    fleet.expire("one")
    [new, _] = two.acquire(2)
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(after(99)))
    two.commit(new, commit(after(3)))
    two.leave()
    assert joined(fleet, "three").acquire(1)[0].checkpoint == str(after(3))


def test_an_old_grant_is_dead_even_for_the_worker_that_took_the_lease_again(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [old] = one.acquire(1)
    one.give_back(["a"])
    one.acquire(1)
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(after(41)))


def test_an_expired_lease_that_nobody_took_is_still_its_owners(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [grant] = one.acquire(1)
    fleet.expire("one")
    one.commit(grant, commit(after(41)))
    assert one.share().held == {"a"}


def test_children_wait_for_their_parent(fleet: Fleet) -> None:
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [grant] = one.acquire(9)
    assert (grant.shard, one.share().due) == ("a", 1)
    one.commit(grant, commit(SHARD_END))
    assert [child.shard for child in one.acquire(9)] == ["b", "c"]


def test_children_take_over_the_state_of_the_keys_in_their_range(fleet: Fleet) -> None:
    keys = [f"key-{number}" for number in range(20)]
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [grant] = one.acquire(1)
    one.commit(grant, commit(SHARD_END, msgspec.json.encode(keys)))
    left, right = one.acquire(2)
    assert msgspec.json.decode(left.state) == [key for key in keys if hash_key(key) < HALF]
    assert msgspec.json.decode(right.state) == [key for key in keys if hash_key(key) >= HALF]
    assert (left.clock, left.checkpoint) == (NOON, str(TRIM_HORIZON))


def test_a_merged_child_waits_for_both_parents_and_has_the_state_of_both(fleet: Fleet) -> None:
    child = Shard("c", 0, HASH_SPACE - 1, ("a", "b"))
    one = joined(fleet, "one", *PAIR, child)
    for grant, state, clock in zip(one.acquire(9), (b'["x"]', b'["y"]'), (NOON, NOON + MINUTE), strict=True):
        assert one.acquire(9) == []
        one.commit(grant, commit(SHARD_END, state, clock))
    [merged] = one.acquire(9)
    assert (merged.state, merged.clock) == (b'["x","y"]', NOON + MINUTE)


def test_a_child_that_has_begun_keeps_its_own_state(fleet: Fleet) -> None:
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [grant] = one.acquire(1)
    one.commit(grant, commit(SHARD_END, b'["old"]'))
    left, _ = one.acquire(2)
    one.commit(left, commit(after(5), b'["new"]'))
    one.leave()
    assert joined(fleet, "two", WHOLE, LEFT, RIGHT).acquire(1)[0].state == b'["new"]'


def test_a_stream_read_for_the_first_time_begins_where_told_and_later_shards_at_their_beginning(fleet: Fleet) -> None:
    one = fleet.worker("one")
    one.sync(lambda: PAIR, at(NOON))
    one.sync(lambda: [*PAIR, Shard("c", 0, HALF - 1, ("a",))], at(NOON + 1))
    one.share()
    for grant in one.acquire(9):
        assert grant.checkpoint == str(at(NOON))
        one.commit(grant, commit(SHARD_END))
    assert [grant.checkpoint for grant in one.acquire(9)] == [str(TRIM_HORIZON)]


def test_a_shard_that_the_stream_no_longer_has_holds_nobody_up(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, _ = one.acquire(2)
    one.commit(first, commit(after(41)))
    assert one.complete_to() is None  # b has not said how far it is
    one.sync(lambda: PAIR[:1], TRIM_HORIZON)
    assert (one.complete_to(), one.share()) == (NOON, (1, {"a"}))


def test_it_is_complete_to_the_slowest_shard(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, second = one.acquire(2)
    one.commit(first, commit(after(41), clock=NOON + MINUTE))
    one.commit(second, commit(after(42)))
    assert one.complete_to() == NOON


def test_a_lease_made_while_an_older_list_was_on_its_way_is_not_taken_for_gone(fleet: Fleet) -> None:
    slow, quick = fleet.worker("slow"), fleet.worker("quick")

    def old_list() -> list[Shard]:
        quick.sync(lambda: PAIR, TRIM_HORIZON)
        return PAIR[:1]

    slow.sync(old_list, TRIM_HORIZON)
    slow.share()
    assert [grant.shard for grant in slow.acquire(9)] == ["a", "b"]


def test_letters_go_to_the_worker_whose_lease_covers_their_key(fleet: Fleet) -> None:
    keys = [f"key-{number}" for number in range(20)]
    fleet.ask(*keys)
    one = joined(fleet, "one")
    first, second = one.acquire(2)
    assert [letter.key for letter in one.letters(first)] == [key for key in keys if hash_key(key) < HALF]
    assert [letter.key for letter in one.letters(second)] == [key for key in keys if hash_key(key) >= HALF]


def test_letters_of_other_shards_do_not_hold_up_the_rest(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, _ = one.acquire(2)
    others, mine = ([key for key in KEYS if (hash_key(key) < HALF) == ours] for ours in (False, True))
    fleet.ask(*others, mine[0])
    assert [letter.key for letter in one.letters(first)] == mine[:1]


def test_replays_in_one_commit_each_have_their_own_outcome(fleet: Fleet) -> None:
    fleet.ask(*"abc")
    one = joined(fleet, "one", WHOLE)
    [grant] = one.acquire(1)
    a, b, c = one.letters(grant)
    one.commit(grant, commit(after(41))._replace(replayed=[Replay(a), Replay(b, "still bad"), Replay(c)]))
    assert fleet.settled() == [(1, ""), (2, "still bad"), (3, "")]
    assert one.letters(grant) == []


def test_a_commit_with_a_letter_that_was_taken_changes_nothing(fleet: Fleet) -> None:
    fleet.ask(*"ab")
    one = joined(fleet, "one", WHOLE)
    [grant] = one.acquire(1)
    found = one.letters(grant)
    fleet.take_back(2)
    with pytest.raises(LetterTakenError):
        one.commit(grant, commit(after(41))._replace(replayed=[Replay(letter) for letter in found]))
    assert (fleet.settled(), one.letters(grant)) == ([], found[:1])
