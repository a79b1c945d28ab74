"""The views with the rows of outputs, read as any SQL client reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, StaticPool, Table, create_engine, select

from sql.live import row_views
from sql.live.encoding import RowEncoder
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from sql.plan.nodes import Column
from sql.types import BIGINT, BOOLEAN, DATE, DOUBLE, REAL, TIMESTAMP, Type, decimal, varchar

COLUMNS: list[tuple[str, Type]] = [
    ("TICKER", varchar(8)),
    ('It\'s "odd"', varchar(8)),
    ("It's odd", varchar(8)),
    ("PRICE", decimal(10, 2)),
    ("Mean", DOUBLE),
    ("Short", REAL),
    ("N", BIGINT),
    ("OPEN", BOOLEAN),
    ("AT", TIMESTAMP),
    ("DAY", DATE),
    ("rowtime", BIGINT),
]
DIALECTS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://", "mysql": "mysql+mysqldb://"}
MOMENT = datetime(2016, 7, 19, 17, 5, tzinfo=UTC)
ROW = ("A\0Z", "x", "y", Decimal("12.50"), 0.1, 0.10000000149011612, 2**60, True, 1468947900123, 1468886400000, 7)


@pytest.fixture
def output(db: None) -> SqlOutput:
    application = SqlApplication.objects.create(name="stock-prices", stream="trades")
    columns = [[name, str(type_)] for name, type_ in COLUMNS]
    view = row_views.view_name("stock-prices", "OUT", set())
    found = SqlOutput.objects.create(application=application, name="OUT", columns=columns, view=view)
    encoder = RowEncoder([Column(name=name, type=type_) for name, type_ in COLUMNS])
    for ordinal, data in enumerate(encoder.storable([ROW, (None,) * len(COLUMNS)])):
        SqlRow.objects.create(output=found, stream="trades", rowtime=MOMENT, ordinal=ordinal, data=data)
    return found


def rows(view: str) -> tuple[list[str], list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view}")
        return [column[0] for column in cursor.description], cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_view_has_typed_columns_under_names_that_need_no_quotes(output: SqlOutput) -> None:
    row_views.create(output)
    row_views.create(output)  # again, as each deployment does
    names, found = rows("sql_stock_prices_out")
    row = dict(zip(names, sorted(found, key=lambda each: each[2] is None)[0], strict=True))
    row_views.drop(["sql_stock_prices_out"])
    assert " ".join(names) == "rowtime stream ticker it_s_odd price mean short n open at day rowtime_2"
    assert (row["ticker"], row["it_s_odd"], row["mean"], row["n"], row["rowtime_2"]) == ("A\ufffdZ", "y", 0.1, 2**60, 7)
    assert (Decimal(str(row["price"])), row["short"], bool(row["open"])) == (Decimal("12.5"), 0.1, True)
    assert str(row["at"])[:23] == "2016-07-19 17:05:00.123"
    assert row["day"] in ("2016-07-19", date(2016, 7, 19))


@pytest.mark.django_db(transaction=True)
def test_view_is_read_by_sqlalchemy_as_superset_does(output: SqlOutput) -> None:
    """Superset asks for the columns, makes a query of them, and reads the rows."""
    row_views.create(output)
    connection.ensure_connection()
    engine = create_engine(DIALECTS[connection.vendor], creator=lambda: connection.connection, poolclass=StaticPool)
    view = Table("sql_stock_prices_out", MetaData(), autoload_with=engine)
    with engine.connect() as client:
        found = client.execute(select(view.c.n).where(view.c.ticker == "A\ufffdZ")).scalars().all()
    row_views.drop([view.name])
    assert (found, [column.name for column in view.columns][:3]) == ([2**60], ["rowtime", "stream", "ticker"])


def test_names_of_views_are_stable_short_and_never_the_same() -> None:
    first = row_views.view_name("a", "b-C", set())
    other = row_views.view_name("a-b", "c", {first})
    long = row_views.view_name("a" * 64, "b" * 128, set())
    assert (first, other[:10], len(other), len(long)) == ("sql_a_b_c", "sql_a_b_c_", 18, 63)


@given(st.lists(st.text(min_size=1, max_size=12), max_size=30))
def test_names_of_columns_never_repeat(names: list[str]) -> None:
    found = row_views.column_names(names)
    assert len({*found, "rowtime", "stream"}) == len(names) + 2


@pytest.mark.django_db(transaction=True)
def test_views_give_way_to_migrations_and_come_back(output: SqlOutput) -> None:
    row_views.create(output)
    plan = [(SimpleNamespace(app_label="sql"), False)]
    tables = connection.introspection
    row_views.before(apps.get_app_config("sql"), plan)
    assert output.view not in [each.name for each in tables.get_table_list(connection.cursor())]
    row_views.after(apps.get_app_config("sql"), plan)
    assert len(rows(output.view or "")[1]) == 2
    row_views.drop([output.view])
