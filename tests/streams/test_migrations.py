"""Results of before, when nothing told of which stream they were."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.dashboard.rows import NOON

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = ("streams", "0003_audit"), ("streams", "0005_results_per_stream")


def migrate(target: tuple[str, str]) -> Any:
    """Returns the models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.fixture
def before() -> Iterator[Any]:
    yield migrate(BEFORE)
    [newest] = MigrationExecutor(connection).loader.graph.leaf_nodes("streams")
    migrate(newest)  # as other tests need it


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ([], "trades"),
        (["trades", "trades-eu"], "trades"),
        (["trades-eu"], "trades-eu"),
        (["trades-eu"] * 2, "trades-eu"),
    ],
)
def test_results_that_stand_belong_to_the_stream_that_was_read(before: Any, read: list[str], expected: str) -> None:
    for number, stream in enumerate(read):
        before.get_model("streams", "Lease").objects.create(
            application="trades", stream=stream, shard=f"s{number}", checkpoint="trim-horizon"
        )
    figures = dict.fromkeys(("trades", "shares", "cents", "low", "high", "first", "last", "largest"), 1)
    before.get_model("streams", "TradeMinute").objects.create(
        minute=NOON, ticker="AMZN", side="BUY", reached="1", **figures
    )
    before.get_model("streams", "SiteCount").objects.create(site="paris", lines=1, as_of=NOON, newest=NOON)
    after = migrate(AFTER)
    found = [after.get_model("streams", name).objects.get().stream for name in ("TradeMinute", "SiteCount")]
    assert found == [expected, "orders"]
