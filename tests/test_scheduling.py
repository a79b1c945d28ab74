"""Tests that share a server run in one process, and the slow ones first."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tests import scheduling
from tests.deployment import ROOT


def made(request: pytest.FixtureRequest, name: str, *marks: pytest.MarkDecorator) -> pytest.Item:
    """Makes a test of this module that does nothing."""
    item: pytest.Item = pytest.Function.from_parent(request.node.parent, name=name, callobj=lambda: None)
    for mark in marks:
        item.add_marker(mark)
    return item


def test_name_groups_writes_the_group_behind_the_id_once(request: pytest.FixtureRequest) -> None:
    items = [made(request, "grouped", pytest.mark.xdist_group("g")), made(request, "alone")]
    for _ in range(2):
        scheduling.name_groups(items)
    assert [item.nodeid.partition("::")[2] for item in items] == ["grouped@g", "alone"]


def test_order_leaves_fast_tests_and_those_that_empty_tables_behind(request: pytest.FixtureRequest) -> None:
    emptying = pytest.mark.django_db(transaction=True)
    items = [made(request, "fast"), made(request, "slow", pytest.mark.long), made(request, "emptying", emptying)]
    scheduling.order(items)
    assert [item.name for item in items] == ["slow", "fast", "emptying"]


def test_longest_modules_exist() -> None:
    assert [module for module in scheduling.LONGEST if not (ROOT / module).exists()] == []


def test_scheduling_forgets_a_group_when_all_of_it_is_done() -> None:
    config: Any = SimpleNamespace(getvalue=lambda _: ["popen"], option=SimpleNamespace(loadscopereorder=False))
    scheduler, process = scheduling.ForgetfulScheduling(config), Mock(shutting_down=False)
    scheduler.add_node(process)
    scheduler.add_node_collection(process, ["a@g", "b@g", "c", "d", "e"])
    scheduler.schedule()
    kept = []
    for number in range(3):
        scheduler.mark_test_complete(process, number)
        kept.append(list(scheduler.assigned_work[process]))
    assert kept == [["g", "c", "d"], ["c", "d", "e"], ["d", "e"]]
    assert scheduler.has_pending
