"""Tests the emulators: they listen on loopback only, and requests keep to the limits of Kinesis."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from streams.core.records import TRIM_HORIZON, after
from tests.contracts.conftest import of_kinesis
from tests.contracts.test_stream import read

LISTENS = "0A"
LOOPBACK = "0100007F"


def listeners(url: str) -> set[str]:
    """The addresses at which somebody listens on the URL's port, as the kernel writes them."""
    rows = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    places = (row[1].split(":") for row in rows if row[3] == LISTENS)
    return {address for address, port in places if int(port, 16) == urlsplit(url).port}


@pytest.mark.xdist_group("kinesis-local")
def test_kinesis_local_listens_to_this_machine_only(kinesis_local_url: str) -> None:
    assert listeners(kinesis_local_url) == {LOOPBACK}


@pytest.mark.xdist_group("ministack")
def test_ministack_listens_to_this_machine_only(ministack_url: str) -> None:
    assert listeners(ministack_url) == {LOOPBACK}


@pytest.mark.xdist_group("ministack")
def test_put_larger_than_a_request_is_read_whole(ministack_url: str) -> None:
    stream = of_kinesis(ministack_url, examples=1).make("volume")
    stream.create()
    entries = [(f"key-{number}", b"%d " % number + b"x" * 16_000) for number in range(600)]  # 9.6 MB
    stream.put(entries)
    found, place = [], TRIM_HORIZON
    while batches := read(stream, "shardId-000000000000", place, 250).batches:
        found += [entry for batch in batches for entry in zip(batch.keys, batch.datas, strict=True)]
        place = after(batches[-1].sequences[-1])
    assert found == entries
