"""Order lines on their way into DynamoDB: one suite for the table and its fake, and the outbox with the fake."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import boto3
import pytest
from django.utils import timezone
from pytest_django import Settings

from applications.orders import lines, outbox
from applications.orders.dynamodb import DynamoTable, Item, Table, TableError
from applications.orders.models import OrderBox, OrderLine
from streams.core.commits import StoreDownError
from tests import emulators
from tests.applications.orders.test_lines import NOW, record, store

NAME = "WebsiteOrders"


class FakeTable:
    """Keeps items in memory; refuses while it is `down`."""

    def __init__(self) -> None:
        self.down = False
        self._items: dict[tuple[str, str], Item] = {}

    def put(self, items: Sequence[Item]) -> None:
        if self.down:
            raise TableError("The table is down.")
        self._items |= {(item["CustomerID"], item["OrderID"]): dict(item) for item in items}

    def items(self) -> list[Item]:
        return [self._items[key] for key in sorted(self._items)]


class Emulated(DynamoTable):
    """The table of an emulator, which reads its items back."""

    def items(self) -> list[Item]:
        found = self._client.scan(TableName=self._name)["Items"]
        read = [{name: float(each["N"]) if "N" in each else each["S"] for name, each in row.items()} for row in found]
        return sorted(read, key=lambda item: (item["CustomerID"], item["OrderID"]))


@pytest.fixture(scope="module")
def ministack_url() -> Iterator[str]:
    with emulators.ministack() as url:
        yield url


@pytest.fixture(params=["fake", pytest.param("ministack", marks=pytest.mark.xdist_group("ministack"))])
def table(request: pytest.FixtureRequest) -> Iterator[FakeTable | Emulated]:
    if request.param == "fake":
        yield FakeTable()
        return
    address = {"endpoint_url": request.getfixturevalue("ministack_url"), "region_name": "eu-west-1"}
    client = boto3.client("dynamodb", **address, aws_access_key_id="x", aws_secret_access_key="x")
    with pytest.raises(TableError, match="There is no DynamoDB table 'Nowhere' in eu-west-1"):
        DynamoTable("Nowhere", client).put([item("1", "1")])
    keys = {"CustomerID": "HASH", "OrderID": "RANGE"}
    client.create_table(
        TableName=NAME,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Emulated(NAME, client)
    client.delete_table(TableName=NAME)


def item(customer: str, order: str, **rest: object) -> Item:
    return {"CustomerID": customer, "OrderID": order} | rest


def test_table_stores_each_item_once_however_often_it_is_put(table: FakeTable | Emulated) -> None:
    items = [item(str(number % 3), f"536365-{number:03}", Quantity=number, Country="") for number in range(60)]
    table.put(items)
    table.put(items[:30])
    table.put([])
    assert table.items() == sorted(items, key=lambda each: (each["CustomerID"], each["OrderID"]))


def test_later_item_of_a_key_wins_within_a_put(table: FakeTable | Emulated) -> None:
    table.put([item("1", "a", Quantity=1), item("1", "a", Quantity=-2), item("1", "b", UnitPrice=2.55)])
    assert table.items() == [item("1", "a", Quantity=-2), item("1", "b", UnitPrice=2.55)]


class Partly:
    """A client that leaves most of each request undone, as a busy table does."""

    def __init__(self) -> None:
        self.stored: list[str] = []

    def batch_write_item(self, RequestItems: dict[str, list[dict[str, dict[str, Item]]]]) -> dict[str, object]:  # noqa: N803
        [(name, requests)] = RequestItems.items()
        self.stored += [each["PutRequest"]["Item"]["OrderID"]["S"] for each in requests[:9]]
        return {"UnprocessedItems": {name: requests[9:]}}


def test_rest_of_a_request_is_put_again_and_told_when_it_stays() -> None:
    client = Partly()
    DynamoTable(NAME, client).put([item("1", str(number)) for number in range(25)])
    assert client.stored == [str(number) for number in range(25)]
    client.batch_write_item = lambda RequestItems: {"UnprocessedItems": RequestItems}  # type: ignore  # noqa: N803
    with pytest.raises(TableError, match="too busy: it left 1 items"):
        DynamoTable(NAME, client).put([item("1", "1")])


@pytest.fixture
def fake(settings: Settings) -> FakeTable:
    settings.ORDERS_DYNAMODB_TABLE = NAME
    return FakeTable()


def deliverer(table: Table, now: list[float] | None = None, stream: str = "orders") -> outbox.Deliverer:
    clock = now or [0.0]
    return outbox.Deliverer(stream, lambda: table, lambda: clock[0])


@pytest.mark.django_db
def test_lines_are_delivered_with_all_their_fields(fake: FakeTable) -> None:
    store([record(), record(customer="")] * 200)
    assert (OrderBox.objects.count(), OrderLine.objects.count()) == (2, 400)
    assert deliverer(fake)() is False
    assert (OrderBox.objects.count(), len(fake.items())) == (0, 400)
    first = next(each for each in fake.items() if each["OrderID"] == f"536365-{NOW}-1")
    assert (first["CustomerID"], first["StockCode"], first["Quantity"], first["Line"]) == (
        "17850",
        "85123A",
        6,
        f"{NOW}-1",
    )
    assert sum(each["CustomerID"] == "(none)" for each in fake.items()) == 200


@pytest.mark.django_db
def test_step_that_is_repeated_delivers_the_same_items(fake: FakeTable) -> None:
    store([record()] * 3)
    store([record()] * 3)
    assert OrderBox.objects.count() == 1
    deliverer(fake)()
    store([record()] * 3)
    deliverer(fake)()
    assert len(fake.items()) == 3


@pytest.mark.django_db
def test_box_of_a_dead_process_is_taken_when_the_clock_was_set_back_by_years(fake: FakeTable) -> None:
    store([record()] * 3)
    OrderBox.objects.update(owner="dead", until=timezone.now() + timedelta(days=2000))
    assert (deliverer(fake)(), len(fake.items()), OrderBox.objects.count()) == (False, 3, 0)


@pytest.mark.django_db
def test_lines_of_another_stream_have_keys_of_their_own(fake: FakeTable) -> None:
    for stream in ("orders", "other"):
        store([record()], stream)
        deliverer(fake, stream=stream)()
    assert [each.get("Stream") for each in fake.items()] == [None, "other"]


@pytest.mark.django_db
def test_lines_wait_while_the_table_is_down_and_the_worker_waits_when_too_many_do(
    fake: FakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST", 1)
    now, fake.down = [0.0], True
    store([record()] * 3)
    store([record("2")])
    delivery = deliverer(fake, now)
    assert (delivery(), OrderBox.objects.count()) == (False, 2)
    with pytest.raises(StoreDownError, match="wait for the DynamoDB table 'WebsiteOrders'"):
        store([record("3")])
    fake.down = False
    assert (delivery(), len(fake.items())) == (False, 0)  # it rests
    now[0] = outbox.RETRY
    assert (delivery(), len(fake.items()), OrderBox.objects.count()) == (False, 4, 0)


@pytest.mark.django_db
def test_box_of_another_process_is_left_alone_until_that_gives_it_back(fake: FakeTable) -> None:
    store([record()])
    other = deliverer(fake)
    assert len(other._take()) == 1
    assert (deliverer(fake)(), len(fake.items())) == (False, 0)
    other.close()
    assert (deliverer(fake)(), len(fake.items())) == (False, 1)


def test_settings_keep_lines_for_either_place(settings: Settings) -> None:
    settings.ORDERS_LINES, settings.ORDERS_DYNAMODB_TABLE = False, NAME
    assert lines.are_kept()
