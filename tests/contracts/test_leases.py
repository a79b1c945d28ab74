"""The contract of every store of leases: of the database's, and of the one in memory that simulations use."""

import pytest

from streams.core.clock import MINUTE
from streams.core.commits import LeaseLostError, LetterTakenError, Replay
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import SHARD_END, TRIM_HORIZON, Description, Shard, after, at
from tests.contracts.fleets import HALF, LEFT, NOON, PAIR, RIGHT, WHOLE, Fleet, commit, joined, keys_of, listed

KEYS = [f"key-{number}" for number in range(1200)]
pytestmark = pytest.mark.django_db(transaction=True)


def test_single_worker_takes_every_shard_once(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    assert one.assign() == (2, set())
    assert [held.shard for held in one.acquire(2)] == ["a", "b"]
    assert (one.assign(), one.acquire(2)) == ((2, {"a", "b"}), [])


def test_a_lease_that_is_held_is_not_taken(fleet: Fleet) -> None:
    joined(fleet, "one").acquire(2)
    assert joined(fleet, "two").acquire(2) == []


def test_acquire_takes_no_more_than_requested(fleet: Fleet) -> None:
    assert [held.shard for held in joined(fleet, "one").acquire(1)] == ["a"]


def test_shards_are_shared_evenly_and_every_worker_agrees(fleet: Fleet) -> None:
    shards = [Shard(name, index, index) for index, name in enumerate("abcde")]
    workers = [joined(fleet, owner, *shards) for owner in ("one", "two", "three")]
    assert sorted(worker.assign().target for worker in workers) == [1, 2, 2]


def test_returned_lease_is_free_at_once(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    one.release(["a"])
    assert [held.shard for held in two.acquire(2)] == ["a"]
    assert one.assign().held == {"b"}


def test_a_worker_that_leaves_frees_its_leases_and_its_share(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    one.leave_group()
    assert (two.assign().target, len(two.acquire(2))) == (2, 2)


def test_a_silent_worker_loses_its_leases_and_its_share(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.acquire(2)
    fleet.expire("one")
    assert (two.assign().target, len(two.acquire(2))) == (2, 2)
    assert one.assign().held == set()


def test_a_grant_goes_on_where_the_last_commit_ended(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [held, _] = one.acquire(2)
    one.commit(held, commit(after(41), ["k"]))
    one.leave_group()
    [taken, _] = joined(fleet, "two").acquire(2)
    assert (*taken[3:6], keys_of(taken.state), taken.watermark) == ("two", 2, str(after(41)), ["k"], NOON)


def test_a_former_owner_commits_nothing(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    [old, _] = one.acquire(2)
    fleet.expire("one")
    [new, _] = two.acquire(2)
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(after(99)))
    two.commit(new, commit(after(3)))
    two.leave_group()
    assert joined(fleet, "three").acquire(1)[0].checkpoint == str(after(3))


def test_an_old_grant_is_dead_even_for_the_worker_that_took_the_lease_again(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [old] = one.acquire(1)
    one.release(["a"])
    one.acquire(1)
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(after(41)))


def test_expired_lease_stays_its_owners_until_taken(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [held] = one.acquire(1)
    fleet.expire("one")
    one.commit(held, commit(after(41)))
    assert one.assign().held == {"a"}


def test_children_wait_for_their_parent(fleet: Fleet) -> None:
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [held] = one.acquire(9)
    assert (held.shard, one.assign().target) == ("a", 1)
    one.commit(held, commit(SHARD_END))
    assert [child.shard for child in one.acquire(9)] == ["b", "c"]


def test_children_take_over_the_state_of_the_keys_in_their_range(fleet: Fleet) -> None:
    keys = [f"key-{number}" for number in range(20)]
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [held] = one.acquire(1)
    one.commit(held, commit(SHARD_END, keys))
    left, right = one.acquire(2)
    assert keys_of(left.state) == sorted(key for key in keys if hash_key(key) < HALF)
    assert keys_of(right.state) == sorted(key for key in keys if hash_key(key) >= HALF)
    assert (left.watermark, left.checkpoint) == (NOON, str(TRIM_HORIZON))


def test_a_merged_child_waits_for_both_parents_and_has_the_state_of_both(fleet: Fleet) -> None:
    child = Shard("c", 0, HASH_SPACE - 1, ("a", "b"))
    one = joined(fleet, "one", *PAIR, child)
    for held, state, watermark in zip(one.acquire(9), ("x", "y"), (NOON, NOON + MINUTE), strict=True):
        assert one.acquire(9) == []
        one.commit(held, commit(SHARD_END, state, watermark))
    [merged] = one.acquire(9)
    assert (keys_of(merged.state), merged.watermark) == (["x", "y"], NOON + MINUTE)


def test_a_child_that_has_begun_keeps_its_own_state(fleet: Fleet) -> None:
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [held] = one.acquire(1)
    one.commit(held, commit(SHARD_END, ["old"]))
    left, _ = one.acquire(2)
    one.commit(left, commit(after(5), ["new"]))
    one.leave_group()
    assert joined(fleet, "two", WHOLE, LEFT, RIGHT).acquire(1)[0].state == left.state._replace(
        meta=b"meta", entries={**left.state.entries, ("new",): b"data"}
    )


def test_first_shards_begin_at_the_given_place_and_later_ones_at_their_beginning(fleet: Fleet) -> None:
    one = fleet.worker("one")
    one.sync(listed, at(NOON))
    one.sync(lambda: listed(*PAIR, Shard("c", 0, HALF - 1, ("a",))), at(NOON + 1))
    one.assign()
    for held in one.acquire(9):
        assert held.checkpoint == str(at(NOON))
        one.commit(held, commit(SHARD_END))
    assert [held.checkpoint for held in one.acquire(9)] == [f"{TRIM_HORIZON}/0"]  # all of it is to be read


def test_missing_shard_delays_no_other(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, _ = one.acquire(2)
    one.commit(first, commit(after(41)))
    assert one.watermark() is None  # b has not said how far it is
    one.sync(lambda: listed(PAIR[0]), TRIM_HORIZON)
    assert (one.watermark(), one.assign()) == (NOON, (1, {"a"}))


def test_stream_is_watermark_the_slowest_shard(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, second = one.acquire(2)
    one.commit(first, commit(after(41), watermark=NOON + MINUTE))
    one.commit(second, commit(after(42)))
    assert one.watermark() == NOON


def test_newer_lease_is_kept_when_an_older_list_arrives(fleet: Fleet) -> None:
    slow, quick = fleet.worker("slow"), fleet.worker("quick")

    def old_list() -> Description:
        quick.sync(listed, TRIM_HORIZON)
        return listed(PAIR[0])

    slow.sync(old_list, TRIM_HORIZON)
    slow.assign()
    assert [held.shard for held in slow.acquire(9)] == ["a", "b"]


def test_letters_go_to_the_worker_whose_lease_covers_their_key(fleet: Fleet) -> None:
    keys = [f"key-{number}" for number in range(20)]
    fleet.ask(*keys)
    one = joined(fleet, "one")
    first, second = one.acquire(2)
    assert [letter.key for letter in one.replay_requests(first)] == [key for key in keys if hash_key(key) < HALF]
    assert [letter.key for letter in one.replay_requests(second)] == [key for key in keys if hash_key(key) >= HALF]


def test_letters_of_other_shards_do_not_delay_the_rest(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    first, _ = one.acquire(2)
    others, mine = ([key for key in KEYS if (hash_key(key) < HALF) == ours] for ours in (False, True))
    fleet.ask(*others, mine[0])
    assert [letter.key for letter in one.replay_requests(first)] == mine[:1]


def test_replays_in_one_commit_each_have_their_own_outcome(fleet: Fleet) -> None:
    fleet.ask(*"abc")
    one = joined(fleet, "one", WHOLE)
    [held] = one.acquire(1)
    a, b, c = one.replay_requests(held)
    one.commit(held, commit(after(41))._replace(replayed=[Replay(a), Replay(b, "still bad"), Replay(c)]))
    assert fleet.settled() == [(1, ""), (2, "still bad"), (3, "")]
    assert one.replay_requests(held) == []


def test_a_commit_with_a_letter_that_was_taken_changes_nothing(fleet: Fleet) -> None:
    fleet.ask(*"ab")
    one = joined(fleet, "one", WHOLE)
    [held] = one.acquire(1)
    found = one.replay_requests(held)
    fleet.take_back(2)
    with pytest.raises(LetterTakenError):
        one.commit(held, commit(after(41))._replace(replayed=[Replay(letter) for letter in found]))
    assert (fleet.settled(), one.replay_requests(held)) == ([], found[:1])
