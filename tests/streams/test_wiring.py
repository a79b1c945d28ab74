"""Which stream a STREAM_URL stands for."""

import pytest
from pytest_django import Settings

from streams import wiring
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import connect
from streams.core.records import StreamError


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    connect.cache_clear()


def test_an_embedded_url_is_a_file(settings: Settings, tmp_path: object) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path}/streams.sqlite3"
    assert isinstance(wiring.open_stream("trades"), EmbeddedStream)


def test_a_kinesis_url_is_a_region(settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1"
    stream = wiring.open_stream("trades")
    assert (type(stream), stream.name) == (KinesisStream, "trades")


def test_streams_share_a_client(settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1?endpoint_url=http://127.0.0.1:1"
    wiring.open_stream("trades"), wiring.open_stream("orders")
    assert connect.cache_info().misses == 1


def test_unreachable_kinesis_is_one_clear_sentence(settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1?endpoint_url=http://127.0.0.1:1"
    with pytest.raises(StreamError, match=r"^Kinesis cannot be reached at 127\.0\.0\.1:1 \(EndpointConnectionError\)"):
        wiring.stream_names()


def test_missing_credentials_are_one_clear_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings.STREAM_URL = "kinesis://eu-west-1?endpoint_url=http://127.0.0.1:1"
    with pytest.raises(
        StreamError, match=r"^There are no AWS credentials that work \(NoCredentialsError\); boto3 takes"
    ):
        wiring.open_stream("trades").describe()


def test_missing_profile_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "staging")
    settings.STREAM_URL = "kinesis://eu-west-1"
    with pytest.raises(
        StreamError, match=r"^Kinesis cannot be asked: The config profile \(staging\) could not be found"
    ):
        wiring.stream_names()


def test_other_url_is_refused_with_the_known_forms(settings: Settings) -> None:
    settings.STREAM_URL = "redis://localhost"
    with pytest.raises(StreamError, match="should be embedded:PATH of an SQLite file, or kinesis://REGION"):
        wiring.open_stream("trades")
