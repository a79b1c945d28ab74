"""A stream, a token that may write to it, and a client that sends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import tokens
from accounts.bearer import failed_tokens
from accounts.models import User
from ingest.http import storing
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON

Send = Callable[..., Any]


@pytest.fixture
def writer(db: None) -> User:
    return User.objects.create(username="writer", password="-")


@pytest.fixture
def token(writer: User) -> str:
    return tokens.make(writer, "agent", ["write:streams"], 90, timezone.now(), streams=["clicks*"])[1]


@pytest.fixture
def clicks(tmp_path: Path, settings: Settings) -> Iterator[EmbeddedStream]:
    """The stream that STREAM_URL leads to."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    failed_tokens.__init__()  # type: ignore[misc]
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "clicks")
    stream.create()
    yield stream
    stream.close()
    storing.lines.close()


@pytest.fixture
def send(client: Client, token: str, clicks: EmbeddedStream) -> Send:
    """Posts a body to the stream; `headers` by their names, `kind` of the content, `query` of the address."""

    def send(body: bytes, kind: str = "application/json", query: str = "", name: str = "clicks", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        path = f"/streams/{name}/records{query}"
        return client.generic("POST", path, body, content_type=kind, headers=headers, **more)

    return send


def held(stream: EmbeddedStream) -> list[tuple[str, bytes]]:
    """Returns keys and data of all records, oldest first within a shard."""
    found: list[tuple[str, bytes]] = []
    for shard in stream.describe().shards:
        for batch in stream.read(shard.id, TRIM_HORIZON, 1_000_000).batches:
            found += zip(batch.keys, batch.datas, strict=True)
    return found
