"""A switch of versions has one place in the stream, however a lease goes from worker to worker around it.

All records arrive within few milliseconds, so that many in several shards have equal stamps.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sql.promises.test_simulation import SqlFleet, WholeFleet
from tests.test_simulation import KEYS

PUT, STEP, HAND_OVER, DIE, SPLIT, MERGE = "put", "step", "hand over", "die", "split", "merge"
DEPLOY, WAIT = ("deploy 1", "deploy 2"), ("wait 1", "wait 1100")
HANDED_OVER_BETWEEN_EQUAL_STAMPS = [PUT, STEP, DEPLOY[1], HAND_OVER, STEP, WAIT[1], STEP]
EVENTS = [PUT, PUT, STEP, STEP, HAND_OVER, DIE, SPLIT, MERGE, *DEPLOY, *WAIT]


def move(fleet: SqlFleet, event: str) -> None:
    if event == PUT:
        fleet.put_some(KEYS, len(KEYS))
    elif event == STEP:
        fleet.step(0, "")
    elif event == HAND_OVER:
        fleet.stop(0)
        fleet.start_a_worker()
    elif event == DIE:
        fleet.step(0, "die before commit")
        fleet.workers.clear()
        fleet.time_passes(5001)
        fleet.start_a_worker()
    elif event == SPLIT:
        fleet.split(0)
    elif event == MERGE:
        fleet.merge(0)
    elif event in DEPLOY:
        fleet.deploy(int(event.split()[1]))
    else:
        fleet.time_passes(int(event.split()[1]))


@pytest.mark.parametrize("kind", [SqlFleet, WholeFleet])
@settings(max_examples=15, deadline=None)
@given(events=st.lists(st.sampled_from(EVENTS), max_size=40))
@example(events=HANDED_OVER_BETWEEN_EQUAL_STAMPS)
def test_switch_is_at_one_place_when_stamps_are_equal(kind: type[SqlFleet], events: Sequence[Any]) -> None:
    fleet = kind()
    fleet.create(2)
    for event in events:
        move(fleet, event)
    fleet.teardown()
