"""Acts of staff on streams: each shows its effect, is noted, and answers in one sentence."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from streams import changes
from streams.models import Audit, Lease
from streams.wiring import open_stream, read_record, stream_names
from tests.dashboard.rows import at, lease
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, refusal

pytestmark = pytest.mark.django_db
FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"
SPLIT = f"/streams/act/split/?stream=sensors&shard={FIRST}"
MERGE = f"/streams/act/merge/?stream=sensors&shard={FIRST}&neighbour={SECOND}"
COUNT, DELETE, PUT = (f"/streams/act/{act}/?stream=sensors" for act in ("count", "delete", "put"))


def audits() -> list[tuple[str, str, str, int]]:
    return list(Audit.objects.order_by("pk").values_list("who", "action", "target", "count"))


def open_shards(name: str = "sensors") -> int:
    return sum(shard.open for shard in open_stream(name).describe().shards)


@pytest.mark.parametrize("address", [SPLIT, MERGE, COUNT, DELETE, PUT, "/streams/new/"])
def test_acts_are_for_staff_only(address: str, client: Client, sensors: str) -> None:
    client.force_login(User.objects.create_user("bob"))
    assert (client.get(address).status_code, client.post(address, {"name": "sensors"}).status_code) == (403, 403)
    assert (stream_names(), open_shards(), audits()) == (["sensors"], 2, [])


def test_stream_is_made(ada: Client, sensors: str) -> None:
    answer = ada.post("/streams/new/", {"name": "made", "shards": "3", "hours": "48"})
    assertRedirects(answer, "/streams/made/")
    found = open_stream("made").describe()
    assert (found.retention_hours, len(found.shards), audits()) == (48, 3, [("ada", "create", "made", 3)])


@pytest.mark.parametrize(
    ("name", "shards", "hours", "says"),
    [
        ("no name", "1", "24", "&#x27;no name&#x27; is not a stream&#x27;s name"),
        ("sensors", "1", "24", "There is a stream &#x27;sensors&#x27; already."),
        ("a", "0", "24", "The number of shards is a whole number from 1 to 500."),
        ("a", "501", "24", "The number of shards is a whole number from 1 to 500."),
        ("a", "1", "1e3", "The retention in hours is a whole number from 1 to 8,760."),
        ("a", "٣", "24", "The number of shards is a whole number from 1 to 500."),
    ],
)
def test_stream_is_not_made_of_bad_input(
    name: str, shards: str, hours: str, says: str, ada: Client, sensors: str
) -> None:
    answer = ada.post("/streams/new/", {"name": name, "shards": shards, "hours": hours})
    assertContains(answer, says, status_code=422)
    assert (stream_names(), audits()) == (["sensors"], [])


def test_shard_is_split_and_two_are_merged(ada: Client, sensors: str) -> None:
    assertContains(ada.get("/streams/sensors/"), SPLIT.replace("&", "&amp;"))
    assertContains(ada.get(SPLIT), f"Split {FIRST}?")
    assertContains(
        ada.post(SPLIT, follow=True), f"{FIRST} is split into shardId-000000000002 and shardId-000000000003."
    )
    again = ada.post(SPLIT)
    assertContains(again, "is closed. Only an open shard can be split or merged.", status_code=422)
    merge = MERGE.replace(FIRST, "shardId-000000000003")
    assertContains(ada.post(merge, follow=True), "are merged into shardId-000000000004.")
    assert [row[1] for row in audits()] == ["split", "merge"]


def test_number_of_shards_is_changed(ada: Client, sensors: str) -> None:
    assertContains(ada.post(COUNT, {"count": "5"}, follow=True), "sensors has 5 open shards instead of 2.")
    assert (open_shards(), audits()) == (5, [("ada", "reshard", "sensors, from 2", 5)])
    assertContains(ada.post(COUNT, {"count": "501"}), "a whole number from 1 to 500", status_code=422)
    assertContains(ada.post(COUNT, {"count": "1"}, follow=True), "sensors has 1 open shard instead of 5.")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_share_the_keys_evenly_after_each_change(count: int, ada: Client, sensors: str) -> None:
    for wanted in (count, 4, count):
        changes.reshard("sensors", wanted)
        live = sorted(shard for shard in open_stream("sensors").describe().shards if shard.open)
        sizes = {round((shard.hash_end - shard.hash_start) * wanted / 2**128, 6) for shard in live}
        assert (len(live), sizes) == (wanted, {1.0})


def test_stream_is_deleted_with_its_leases_once_its_name_is_typed(ada: Client, sensors: str) -> None:
    lease("trades", at(), stream="sensors")
    assertContains(ada.post(DELETE, {"name": "sensor"}), "Type sensors to go on; nothing was changed.", status_code=422)
    assert (stream_names(), Lease.objects.count()) == (["sensors"], 1)
    assertContains(
        ada.post(DELETE, {"name": "sensors"}, follow=True), "sensors is deleted, with its records and leases."
    )
    assert (stream_names(), Lease.objects.count(), audits()) == ([], 0, [("ada", "delete", "sensors", 1)])


def test_record_is_put_and_its_place_is_linked(ada: Client, sensors: str) -> None:
    page = ada.post(PUT, {"key": "boiler <1>", "data": '{"a":\r\n1}', "as": "json"}, follow=True)
    [link] = [line for line in page.content.decode().splitlines() if "The record is in" in line]
    shard, sequence = link.partition("/streams/sensors/records/")[2].partition('/"')[0].split("/")
    found = read_record("sensors", shard, int(sequence))
    assert found and found[0][3:] == ("boiler <1>", b'{"a":\n1}')
    assert audits() == [("ada", "put", "key boiler <1> into sensors", 1)]


@pytest.mark.parametrize(
    ("key", "data", "kind", "says"),
    [
        ("", "{}", "json", "A partition key has 1 to 256 characters; this one has 0."),
        ("k" * 257, "{}", "json", "this one has 257."),
        ("k", "{", "json", "That is no JSON"),
        ("k", "", "text", "The record is empty"),
        ("k", "x" * 65_537, "text", "65,536 can be put by hand."),
        ("k", "[" * 5000, "json", "That is no JSON"),
    ],
)
def test_record_is_checked_before_it_is_put(
    key: str, data: str, kind: str, says: str, ada: Client, sensors: str
) -> None:
    assertContains(ada.post(PUT, {"key": key, "data": data, "as": kind}), says, status_code=422)
    assert sum(shard.records or 0 for shard in open_stream("sensors").describe().shards) == 0


@pytest.mark.parametrize(
    "address", ["/streams/act/nothing/?stream=sensors", "/streams/act/split/?stream=sensors", "/streams/act/delete/"]
)
def test_unknown_act_is_not_found(address: str, ada: Client, sensors: str) -> None:
    assert ada.get(address).status_code == 404


def test_act_on_a_missing_stream_is_refused_in_words(ada: Client, sensors: str) -> None:
    for act in ("put", "count", "delete"):
        answer = ada.post(f"/streams/act/{act}/?stream=gone", {"key": "k", "data": "1", "count": "2", "name": "gone"})
        assertContains(answer, "There is no stream &#x27;gone&#x27;.", status_code=422)


def test_act_that_the_account_may_not_do_is_not_offered_again(ada: Client, kinesis: FakeKinesis) -> None:
    assertContains(ada.get("/streams/sensors/"), "Split")
    kinesis.failures["SplitShard"].append(refusal("AccessDeniedException", "SplitShard"))
    assertContains(ada.post(SPLIT), "AWS does not let these credentials do kinesis:SplitShard", status_code=422)
    page = ada.get("/streams/sensors/")
    assertNotContains(page, "/streams/act/split/")
    assertContains(page, "/streams/act/merge/")


def test_acts_on_kinesis_do_not_wait_until_they_are_done(ada: Client, kinesis: FakeKinesis) -> None:
    ada.post("/streams/new/", {"name": "made", "shards": "3"})
    assert kinesis._changing == {"made": "CREATING"}
    page = ada.post(PUT, {"key": "k", "data": "hello", "as": "text"}, follow=True)
    assertContains(page, "The record is in: shard shardId-")
    assertContains(ada.post(SPLIT, follow=True), "Kinesis takes up to a minute for it.")
    assertRedirects(ada.post(DELETE, {"name": "sensors"}), "/streams/")
    assert [row[1] for row in audits()] == ["create", "put", "split", "delete"]
