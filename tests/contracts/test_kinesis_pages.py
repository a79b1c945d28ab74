"""The pages of streams on a real emulator of Kinesis: make, put, split, delete."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from streams import wiring
from streams.backends.kinesis import overview
from streams.models import Audit
from streams.wiring import open_stream
from tests.waiting import wait_for

REGION = "eu-west-1"
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("ministack")]


def open_shards(name: str) -> list[str]:
    found = open_stream(name).describe()
    return [shard.id for shard in found.shards if shard.open] if found.status == "ACTIVE" else []


def test_stream_of_kinesis_is_made_changed_and_deleted_by_the_pages(
    client: Client, ministack_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(word, "emulated")
    settings.STREAM_URL = f"kinesis://{REGION}?endpoint_url={ministack_url}"
    overview.forget()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    name = f"made-{uuid4().hex[:8]}"

    def act(verb: str, query: str = "", **form: str) -> int:
        return client.post(f"/streams/act/{verb}/?stream={name}{query}", form).status_code

    assert client.post("/streams/new/", {"name": name, "shards": "2"}).status_code == 302
    [first, _] = wait_for(lambda: len(found := open_shards(name)) == 2 and found)
    assert act("put", key="k", data="{}") == 302
    assert act("split", f"&shard={first}") == 302
    wait_for(lambda: len(open_shards(name)) == 3)
    assert act("count", count="4") == 302
    wait_for(lambda: len(open_shards(name)) == 4)
    [row] = client.get(f"/streams/list.json?q={name}").json()["streams"]
    assert (row["open"], row["rate"], row["untold"]) == (4, None, "not told")
    assert act("delete", name=name) == 302
    wait_for(lambda: name not in wiring.stream_names())
    assert list(Audit.objects.order_by("pk").values_list("action", flat=True)) == [
        *("create", "put", "split", "reshard", "delete")
    ]
