"""Parses the STREAM_URL of a stream in Kinesis, kinesis://REGION?endpoint_url=URL, and makes its boto3 client.

Credentials come from boto3's own chain, never from the URL.
"""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from streams.backends.kinesis.errors import in_our_words
from streams.backends.kinesis.fast_codec import install_fast_codec
from streams.core.records import StreamError

SCHEME = "kinesis"
EXPECTED = "STREAM_URL should be kinesis://REGION or kinesis://REGION?endpoint_url=URL, and no more."


class Place(NamedTuple):
    """Holds the address of Kinesis. boto3 finds the parts that are None."""

    region: str | None
    endpoint_url: str | None


def parse_url(url: str) -> Place:
    """Parses kinesis://REGION?endpoint_url=URL. Raises StreamError, without the URL: it may hold a secret."""
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        endpoint = options.pop("endpoint_url", None)
        hosts = parts.netloc + urlsplit(endpoint or "").netloc
    except ValueError:
        raise StreamError(EXPECTED) from None
    if parts.scheme != SCHEME or not url.startswith(f"{SCHEME}://") or parts.path.strip("/") or options:
        raise StreamError(EXPECTED)
    if "@" in hosts:
        raise StreamError("STREAM_URL holds credentials; remove them, boto3 takes them from its own chain.")
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise StreamError("The endpoint_url of STREAM_URL should start with https:// or http://.")
    return Place(parts.netloc or None, endpoint)


@lru_cache(maxsize=8)
def connect(place: Place) -> Any:
    """Returns a boto3 client, which all threads may share. Raises StreamError."""
    # One attempt: Calls decides when to retry, and for how long. Botocore would sleep within a read.
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=30)
    try:
        session = boto3.session.Session()  # not the default session, which caches credentials
        client = session.client("kinesis", region_name=place.region, endpoint_url=place.endpoint_url, config=config)
    except BotoCoreError as error:
        raise in_our_words(error, "", place.region or "none") from None
    except ValueError as error:
        raise StreamError(f"The endpoint_url of STREAM_URL is none that boto3 takes: {error}") from None
    install_fast_codec(client)
    return client
