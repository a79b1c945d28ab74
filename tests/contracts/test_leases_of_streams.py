"""The contract of every store of leases for a stream that was deleted and created again under its name."""

import pytest

from streams.core.clock import MINUTE
from streams.core.commits import LeaseLostError
from streams.core.hashing import hash_key
from streams.core.records import SHARD_END, TRIM_HORIZON, Description, after, at
from tests.contracts.fleets import HALF, LEFT, NOON, PAIR, RIGHT, WHOLE, Fleet, commit, joined, keys_of, listed

pytestmark = pytest.mark.django_db(transaction=True)


def test_recreated_stream_is_read_from_its_beginning_with_the_old_state(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    for held, state in zip(one.acquire(9), ("x", "y"), strict=True):
        one.commit(held, commit(after(41), state))
    one.sync(lambda: listed(WHOLE, identity="two"), at(NOON))
    assert one.assign() == (1, set())
    [held] = one.acquire(9)
    assert (held.identity, held.checkpoint, keys_of(held.state), held.watermark) == (
        "two",
        "trim-horizon",
        ["x", "y"],
        0,
    )


def test_commit_to_the_old_stream_is_lost_even_for_the_owner_of_the_new_shard(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    [old, _] = one.acquire(9)
    one.sync(lambda: listed(identity="two"), TRIM_HORIZON)
    [new, _] = one.acquire(9)
    with pytest.raises(LeaseLostError):
        one.commit(old, commit(after(41)))
    one.commit(new, commit(after(3)))


def test_old_stream_is_read_on_from_its_checkpoints_after_a_change_back(fleet: Fleet) -> None:
    one = joined(fleet, "one")
    for held, state in zip(one.acquire(9), (["key-0", "key-1", "key-2", "key-3"], []), strict=True):
        one.commit(held, commit(after(41), state))
    one.sync(lambda: listed(WHOLE, identity="two"), TRIM_HORIZON)
    [held] = one.acquire(9)
    one.commit(held, commit(after(7), [], NOON + MINUTE))
    one.sync(listed, TRIM_HORIZON)
    first, second = one.acquire(9)
    assert (first.checkpoint, second.checkpoint, first.watermark) == (str(after(41)), str(after(41)), NOON)
    assert keys_of(first.state) == [f"key-{n}" for n in range(4) if hash_key(f"key-{n}") < HALF]


def test_state_of_an_ended_shard_is_kept_unless_its_children_have_it(fleet: Fleet) -> None:
    one = joined(fleet, "one", WHOLE, LEFT, RIGHT)
    [held] = one.acquire(9)
    one.commit(held, commit(SHARD_END, ["old"]))
    left, _ = one.acquire(9)
    one.commit(left, commit(after(5), ["new"]))
    one.sync(lambda: listed(WHOLE, identity="two"), TRIM_HORIZON)
    assert keys_of(one.acquire(9)[0].state) == ["new", "old"]


def test_recreated_stream_is_exchanged_once_by_two_workers(fleet: Fleet) -> None:
    one, two = joined(fleet, "one"), joined(fleet, "two")
    one.sync(lambda: listed(identity="two"), TRIM_HORIZON)
    one.assign()
    [held] = one.acquire(1)
    one.commit(held, commit(after(5)))
    two.sync(lambda: listed(identity="two"), TRIM_HORIZON)
    assert one.assign().held == {"a"}


def test_old_description_does_not_restore_old_leases(fleet: Fleet) -> None:
    slow, quick = joined(fleet, "slow"), joined(fleet, "quick")
    answers = [listed(), listed(identity="two")]

    def old_answer() -> Description:
        quick.sync(lambda: listed(identity="two"), TRIM_HORIZON)
        return answers.pop(0)

    slow.sync(old_answer, TRIM_HORIZON)
    assert {held.identity for held in slow.acquire(9)} == {"two"}


def test_newer_shard_is_kept_when_an_older_list_arrives(fleet: Fleet) -> None:
    slow, quick = joined(fleet, "slow"), joined(fleet, "quick")

    def old_list() -> Description:
        quick.sync(lambda: listed(identity="two"), TRIM_HORIZON)
        return listed(PAIR[0], identity="two")

    slow.sync(old_list, TRIM_HORIZON)
    slow.assign()
    assert [held.shard for held in slow.acquire(9)] == ["a", "b"]
