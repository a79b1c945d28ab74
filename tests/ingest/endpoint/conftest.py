"""Gives the tests one endpoint and one client for all, and streams of their own."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from tests.ingest.endpoint.serving import client_of, serving

_numbers = count()
MakeStream = Callable[..., str]


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("endpoint") / "streams.sqlite3") as url:
        yield url


@pytest.fixture(scope="session")
def client(url: str) -> Any:
    return client_of(url, parameter_validation=False)


@pytest.fixture
def make_stream(client: Any) -> MakeStream:
    """Creates a stream of a new name with so many shards, and returns its name."""

    def make(shards: int = 1, **options: Any) -> str:
        name = f"stream-{next(_numbers)}"
        words = {"StreamName": name, "ShardCount": shards} | options
        try:
            client.create_stream(**words)
        except ConnectionClosedError:  # the server ended a connection that had rested, just when it was used again
            client.create_stream(**words)
        return name

    return make
