"""Moving from KCL, on an emulator: a lease table in DynamoDB, a stream in Kinesis, our own commands."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
import msgspec
import pytest

from streams.backends.aggregating import AggregatingStream
from streams.backends.kinesis.reading import SUB_BITS
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from streams.core.records import TRIM_HORIZON
from streams.operations import kcl
from tests.deployment import Deployment
from tests.streams.operations.test_kcl import item

pytestmark = pytest.mark.xdist_group("ministack")
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
TICKERS = [f"TICK{number}" for number in range(10)]


class Kcl(NamedTuple):
    """A stream of two shards, an application of KCL's that reads it, and a deployment of ours."""

    stream: KinesisStream
    table: str
    dynamodb: Any
    deployment: Deployment
    url: str

    def note(self, items: Iterable[kcl.Item]) -> None:
        for row in items:
            self.dynamodb.put_item(TableName=self.table, Item=row)

    def take(self, *words: str, code: int = 0) -> str:
        asked = ["leases", "import-kcl", self.table, "--application", "trades", "--stream", self.stream.name]
        return self.deployment.run(*asked, "--endpoint-url", self.url, *words, code=code)

    def records(self) -> dict[str, list[tuple[int, bytes]]]:
        """By shard: sequence number and data of all that it holds."""
        found: dict[str, list[tuple[int, bytes]]] = {}
        for shard in self.stream.describe().shards:
            batches = self.stream.read(shard.id, TRIM_HORIZON, 10_000).batches
            found[shard.id] = [one for batch in batches for one in zip(batch.sequences, batch.datas, strict=True)]
        return found


@pytest.fixture
def moving(ministack_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kcl:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    connect.cache_clear()  # one that another test made had no credentials to keep
    deployment, table = Deployment(tmp_path), f"kcl-{uuid4().hex[:12]}"
    deployment.environment |= CREDENTIALS | {"STREAM_URL": f"kinesis://{REGION}?endpoint_url={ministack_url}"}
    stream = KinesisStream(table, connect(Place(REGION, ministack_url)), read_seconds=0)
    stream.create(2)
    dynamodb = boto3.client("dynamodb", region_name=REGION, endpoint_url=ministack_url)
    key = [{"AttributeName": "leaseKey", "KeyType": "HASH"}]
    names = [{"AttributeName": "leaseKey", "AttributeType": "S"}]
    dynamodb.create_table(TableName=table, KeySchema=key, AttributeDefinitions=names, BillingMode="PAY_PER_REQUEST")
    return Kcl(stream, table, dynamodb, deployment, ministack_url)


def trade(number: int) -> tuple[str, bytes]:
    ticker = TICKERS[number % len(TICKERS)]
    fields = {"tickerSymbol": ticker, "tradeType": "BUY", "price": 1.0, "quantity": 1 + number, "id": number}
    return ticker, msgspec.json.encode(fields)


def test_import_goes_on_after_the_last_record_of_kcl(moving: Kcl) -> None:
    moving.stream.put([trade(number) for number in range(100)])
    AggregatingStream(moving.stream).put([trade(number) for number in range(100, 200)])  # one record a shard
    moving.stream.put([trade(number) for number in range(200, 210)])
    held = moving.records()
    done = {shard: len(records) * (2 + place) // 4 for place, (shard, records) in enumerate(held.items())}
    last = {shard: records[done[shard] - 1][0] for shard, records in held.items()}
    assert any(sequence % (1 << SUB_BITS) for sequence in last.values())  # inside an aggregate
    moving.note(item(shard, str(seq >> SUB_BITS), seq % (1 << SUB_BITS)) for shard, seq in last.items())
    assert f"Imported 2 leases of trades on {moving.table} from {moving.table}." in moving.take()
    moving.deployment.run("consume", "trades", "--stream", moving.table, "--until-caught-up")
    rest = [msgspec.json.decode(data) for shard, records in held.items() for _, data in records[done[shard] :]]
    shares: Counter[str] = Counter()
    for row in moving.deployment.rows("report", "trades"):
        shares[row["ticker"]] += row["shares"]
    expected: Counter[str] = Counter()
    for row in rest:
        expected[row["tickerSymbol"]] += row["quantity"]
    assert (moving.deployment.applied("trades"), shares) == (len(rest), expected)


def test_dry_run_reports_the_leases_and_writes_nothing(moving: Kcl) -> None:
    first, second = (shard.id for shard in moving.stream.describe().shards)
    moving.note([item(first, "LATEST"), item(f"1:{moving.table}:1:{second}", "TRIM_HORIZON"), item("1:o:1:x", "5")])
    out = moving.take("--dry-run")
    assert f"Would import 2 leases of trades on {moving.table} from {moving.table}." in out
    assert "LATEST became the time of this import" in out
    assert "that were left: 1." in out
    assert moving.deployment.run("leases", "list") == "Nothing yet.\n"


def test_an_application_that_has_leases_is_refused(moving: Kcl) -> None:
    moving.note(item(shard.id, "TRIM_HORIZON") for shard in moving.stream.describe().shards)
    moving.take()
    assert moving.take(code=1) == (
        f"Nothing was imported: trades has 2 leases on {moving.table} already and goes on from those;"
        " import before it reads the stream for the first time.\n"
    )
    found = [(row["application"], row["owner"], row["checkpoint"]) for row in moving.deployment.rows("leases", "list")]
    assert found == [("trades", None, "trim-horizon")] * 2


def test_unknown_row_stops_the_whole_import(moving: Kcl) -> None:
    first, second = (shard.id for shard in moving.stream.describe().shards)
    moving.note([item(first, "TRIM_HORIZON"), item(second, "half-way")])
    words = f"Nothing was imported: not understood are {second} (checkpoint 'half-way').\n"
    assert moving.take(code=1) == words
    assert moving.deployment.run("leases", "list", "--json") == ""


def test_a_table_of_many_pages_is_read_whole(moving: Kcl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kcl, "PAGE", 7)
    keys = {f"shardId-{number:012}" for number in range(30)}
    moving.note(item(key, "TRIM_HORIZON") for key in keys)
    assert {row["leaseKey"]["S"] for row in kcl.scan(moving.table, REGION, moving.url)} == keys


def test_missing_table_is_one_clear_sentence(moving: Kcl) -> None:
    moving.dynamodb.delete_table(TableName=moving.table)
    assert moving.take(code=1).startswith(f"There is no table {moving.table!r} in {REGION}")
