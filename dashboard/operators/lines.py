"""Writes the lines that put a record into a stream from outside, quoted for a shell."""

import json
import shlex
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings

from common.running import to_run
from streams.api import is_kinesis

RECORD = json.dumps({"hello": "world"})


class Line(NamedTuple):
    command: str
    does: str


def lines(stream: str) -> list[Line]:
    """Returns the lines for curl, boto3 and the command line."""
    return [
        Line(_curl(stream), "over HTTP; MILLRACE_TOKEN holds a token that may write"),
        Line(_boto3(stream), "by Amazon's client, with an access key in its own settings"),
        Line(to_run("streams", "put", stream, "--key", "greeting", RECORD), "on this machine"),
    ]


def _curl(stream: str) -> str:
    address = f"{settings.SITE_URL}/streams/{quote(stream, safe='')}/records"
    headers = "-H \"Authorization: Bearer $MILLRACE_TOKEN\" -H 'Content-Type: application/json'"
    return f"curl -X POST {shlex.quote(address)} {headers} -d {shlex.quote(RECORD)}"


def _boto3(stream: str) -> str:
    place = ", ".join(f"{name}={json.dumps(value)}" for name, value in endpoint().items())
    put = f'StreamName={json.dumps(stream)}, PartitionKey="greeting", Data={json.dumps(RECORD)}'
    code = f'import boto3; print(boto3.client("kinesis", {place}).put_record({put}))'
    return f"python3 -c {shlex.quote(code)}"


def endpoint() -> dict[str, str]:
    """Returns the arguments with which boto3 reaches the streams: our own endpoint, or Kinesis as STREAM_URL has it."""
    if not is_kinesis():
        return {"endpoint_url": settings.ENDPOINT_URL, "region_name": settings.ENDPOINT_REGION}
    parts = urlsplit(settings.STREAM_URL)
    given = parse_qs(parts.query).get("endpoint_url", [])
    found = {"endpoint_url": given[0]} if given else {}
    return found | ({"region_name": parts.netloc} if parts.netloc else {})
