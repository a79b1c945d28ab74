"""The order lines that are kept: each once, under a number that depends on its record alone."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.asserts import assertContains

from accounts.models import User
from applications.orders import lines
from applications.orders.models import Notification, OrderBox, OrderLine
from applications.orders.processor import OrdersProcessor, decode
from applications.orders.results import Arrivals
from applications.orders.retention import outlived
from applications.orders.sink import OrdersSink
from streams.core.clock import from_datetime
from streams.core.records import Batch
from streams.core.state import EMPTY

NOW = from_datetime(timezone.now()) - 5_000


def record(invoice: str = "536365", customer: str = "17850", code: str = "85123A", site: str = "shop") -> bytes:
    texts = {"InvoiceNo": invoice, "Customer": customer, "StockCode": code, "site": site, "Description": "HEART"}
    return json.dumps(texts | {"Quantity": 6, "InvoiceDate": "2010-12-01", "UnitPrice": 2.55}).encode()


def arrivals(datas: list[bytes], cuts: int = 1_000, at: int = NOW) -> Iterator[Arrivals]:
    """Applies records of one millisecond in steps of `cuts`, and yields the lines of their results."""
    processor = OrdersProcessor(EMPTY, 30, 2, keeps_lines=True)
    for start in range(0, len(datas), cuts):
        piece = datas[start : start + cuts]
        keys = [json.loads(data)["site"] for data in piece]
        batch, events, _ = decode(Batch(at, range(start + 1, start + 1 + len(piece)), keys, piece))
        processor.add(batch, events)
        if found := processor.take():
            yield from found.lines


def store(datas: list[bytes], stream: str = "orders", at: int = NOW) -> None:
    with transaction.atomic():
        lines.write(stream, lines.prepare(list(arrivals(datas, at=at))))


def kept(*columns: str) -> list[tuple[object, ...]]:
    return list(OrderLine.objects.order_by("pk").values_list(*columns))


@settings(max_examples=20)
@given(st.lists(st.sampled_from([record(), record("1"), record(customer="")]), max_size=12), st.integers(1, 5))
def test_rows_do_not_depend_on_how_steps_cut_the_stream(datas: list[bytes], cuts: int) -> None:
    whole = lines.rows(arrivals(datas))
    assert lines.rows(arrivals(datas, cuts)) == whole
    assert len({row[:2] for row in whole}) == len(datas)


@pytest.mark.django_db
def test_lines_with_the_same_customer_invoice_and_code_are_all_kept_once_when_a_step_is_repeated() -> None:
    datas = [record(), record(), record(customer=""), record(customer="")]
    store(datas)
    store(datas)
    assert (
        kept("customer", "invoice", "stock_code")
        == [("17850", "536365", "85123A")] * 2 + [("", "536365", "85123A")] * 2
    )
    store(datas, at=NOW + 1)  # the stream was made anew, and its numbers begin again
    store(datas, "other")
    assert OrderLine.objects.count() == 12


@pytest.mark.django_db
def test_line_has_all_fields_and_its_number() -> None:
    store([record()])
    line = OrderLine.objects.get()
    assert (line.site, line.description, line.quantity, line.unit_price) == ("shop", "HEART", 6, 2.55)
    assert (line.invoice_date, line.country, lines.number_of(line)) == ("2010-12-01", "", f"{NOW}-1")


@pytest.mark.django_db
def test_texts_that_no_column_takes_are_cut_and_escaped() -> None:
    store([record(invoice="9" * 900, customer="a\0b")])
    assert kept("invoice", "customer") == [("9" * 255 + "…", "a\\u0000b")]


@pytest.mark.django_db
def test_lines_of_refused_sites_are_not_kept() -> None:
    store([record(site=name) for name in ("a", "b", "c", "a")])
    assert kept("site", "sequence") == [("a", "1"), ("b", "2"), ("a", "4")]


@pytest.mark.django_db
def test_results_hold_no_lines_when_they_are_not_kept(settings: Settings) -> None:
    settings.ORDERS_LINES = False
    assert not lines.are_kept()
    batch, events, _ = decode(Batch(NOW, [1], ["shop"], [record()]))
    processor = OrdersProcessor(EMPTY, 30, keeps_lines=lines.are_kept())
    processor.add(batch, events)
    OrdersSink().write("orders", OrdersSink().prepare(processor.take()))  # type: ignore[arg-type]
    assert (OrderLine.objects.count(), OrderBox.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_lines_go_after_their_time(settings: Settings) -> None:
    settings.RETENTION_ORDER_LINES = 30
    store([record("old")], at=NOW - 31 * 86_400_000)
    store([record("new")])
    outlived(timezone.now())[OrderLine].delete()
    assert kept("invoice") == [("new",)]


@pytest.mark.django_db
def test_view_logs_history_has_a_row_for_each_notification() -> None:
    at = timezone.now().replace(microsecond=0)
    rest = {"stream": "orders", "site": "shop", "threshold": 30, "suppressed_before": 0}
    Notification.objects.create(at=at, sequence="1", lines=31, **rest)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number_of_orders FROM logs_history WHERE alarm_creation_time <= %s", [at + timedelta(0, 1)]
        )
        assert list(cursor.fetchall()) == [(31,)]


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


def found(browser: Client, **query: str) -> list[str]:
    return [line.sequence for line, _, _ in browser.get("/orders/lines/", query).context["rows"]]


@pytest.mark.django_db
def test_page_finds_lines_by_each_field_and_by_time(browser: Client) -> None:
    store([record(), record("2"), record(customer=""), record(code="X"), record(site="leeds")])
    assert found(browser) == ["5", "4", "3", "2", "1"]
    assert (found(browser, invoice="2"), found(browser, customer="(none)")) == (["2"], ["3"])
    assert (found(browser, stock_code="X", customer="17850"), found(browser, site="leeds")) == (["4"], ["5"])
    assert found(browser, range="2020-01-01") == []
    assertContains(browser.get("/orders/lines/", {"range": "soon"}), "soon", status_code=400)
    assertContains(browser.get("/orders/lines/", {"customer": "0"}), "No line matches")


@pytest.mark.django_db
def test_page_goes_on_with_older_lines(browser: Client) -> None:
    store([record()] * 150)
    first = browser.get("/orders/lines/", {"invoice": "536365"})
    older = browser.get(first.context["older_url"])
    shown = [line.sequence for page in (first, older) for line, _, _ in page.context["rows"]]
    assert shown == [str(number) for number in range(150, 0, -1)]
    assert not older.context["more"]


@pytest.mark.django_db
def test_csv_has_the_lines_that_the_page_finds(browser: Client) -> None:
    store([record(), record("=2")])
    answer = browser.get("/orders/lines.csv", {"invoice": "=2"})
    head, row = answer.getvalue().decode().splitlines()
    assert head.startswith("time_utc,epoch_ms,line,site,customer")
    assert row.split(",")[1:] == [
        str(NOW),
        f"{NOW}-2",
        "shop",
        "17850",
        "'=2",
        "85123A",
        "HEART",
        "6",
        "2.55",
        "2010-12-01",
        "",
    ]
