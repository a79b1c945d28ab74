"""Tests that share a server run in one process, and the slow ones first."""

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
