"""A year of history makes no page dearer: no page reads a table that grows from end to end."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.market import topics as market_topics
from applications.orders import topics as orders_topics
from dashboard.operators import state
from tests.dashboard.rows import at, lease, site

pytestmark = pytest.mark.django_db
GROWING = [  # with a limit a scan by an index stops early; without, it reads everything
    "market_trademinute",
    "streams_throughput",
    "orders_sitesecond",
    "orders_alarmepisode",
]
BUILDERS: dict[str, Callable[[], object]] = {
    "market": lambda: market_topics.market(at()),
    "market-history": lambda: market_topics.market_history(at()),
    "ticker": lambda: market_topics.ticker("AMZN", at()),
    "orders": lambda: orders_topics.orders(at()),
    "orders-history": lambda: orders_topics.orders_history(at()),
    "rates of streams": lambda: state._rates(at()),
}


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_page_queries_growing_tables_by_an_index(build: Callable[[], object]) -> None:
    lease("trades", watermark=at(), newest=at(0, -1))
    lease("orders", watermark=at(), newest=at(0, -1))
    site("london", lines=33)
    with CaptureQueriesContext(connection) as queries:
        build()
    unbounded = [query["sql"] for query in queries.captured_queries if "LIMIT" not in query["sql"]]
    steps = [step for sql in unbounded for step in plan(sql)]
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in GROWING] == []
    assert steps


def plan(sql: str) -> list[str]:
    """The steps of SQLite's plan."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        return [str(row[3]) for row in cursor.fetchall()]
