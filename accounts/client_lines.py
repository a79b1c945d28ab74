"""Writes the lines that a person copies to use a new token or access key."""

import json
import shlex

from django.conf import settings

from accounts.access import WRITE_STREAMS, Grant

# In the examples, where the grant names no other: no application reads it, so no record in it is a wrong one.
STREAM = "first"
CONTINUED = " \\\n  "  # between the lines of one command
RECORD = '{"hello": "world"}'


def example_stream(grant: Grant) -> str:
    """Returns the name of a stream that the grant covers."""
    if grant.covers(STREAM):
        return STREAM
    whole = [name for name in grant.streams if not name.endswith("*")]
    return whole[0] if whole else f"{grant.streams[0].rstrip('*')}{STREAM}"


def curl(token: str, grant: Grant) -> str:
    """Returns the line that puts a record by HTTP; "" if the token may not."""
    if not grant.has(WRITE_STREAMS):
        return ""
    return put_by_curl(settings.SITE_URL, token, example_stream(grant), CONTINUED)


def put_by_curl(site: str, token: str, stream: str, between: str = " ") -> str:
    """Returns a shell line that puts a record into a stream of the site at this address."""
    # Not --json, which curl has only since 7.82.
    parts = [
        ("curl", f"{site}/streams/{stream}/records"),
        ("-H", f"Authorization: Bearer {token}"),
        ("-H", "Content-Type: application/json"),
        ("-d", RECORD),
    ]
    return between.join(map(shlex.join, parts))


def cli(key_id: str, secret: str, grant: Grant) -> str:
    """Returns the lines for a shell with the AWS CLI, version 1 or 2."""
    stream = shlex.quote(example_stream(grant))
    # Version 2 takes --data as base64 and version 1 as it is; both take the bytes of a file as they are.
    put = (
        f"printf %s {shlex.quote(RECORD)} | aws kinesis put-record --stream-name {stream}{CONTINUED}"
        "--partition-key first --data fileb:///dev/stdin"
    )
    look = f"aws kinesis describe-stream-summary --stream-name {stream}"
    return "\n".join((*exports(key_id, secret), put if grant.has(WRITE_STREAMS) else look))


def exports(key_id: str, secret: str) -> list[str]:
    """Returns the lines for a shell that set everything that an AWS SDK or the AWS CLI needs."""
    return [
        f"export AWS_ACCESS_KEY_ID={key_id}",
        f"export AWS_SECRET_ACCESS_KEY={secret}",
        f"export AWS_ENDPOINT_URL_KINESIS={shlex.quote(settings.ENDPOINT_URL)}",
        f"export AWS_DEFAULT_REGION={shlex.quote(settings.ENDPOINT_REGION)}",
    ]


def boto3(key_id: str, secret: str, grant: Grant) -> str:
    """Returns a Python program's lines with boto3."""
    stream = json.dumps(example_stream(grant))
    return "\n".join(
        (
            "import boto3",
            "",
            "kinesis = boto3.client(",
            '    "kinesis",',
            f"    endpoint_url={json.dumps(settings.ENDPOINT_URL)},",
            f"    region_name={json.dumps(settings.ENDPOINT_REGION)},",
            f"    aws_access_key_id={json.dumps(key_id)},",
            f"    aws_secret_access_key={json.dumps(secret)},",
            ")",
            f'kinesis.put_record(StreamName={stream}, PartitionKey="first", Data={RECORD.encode()!r})'
            if grant.has(WRITE_STREAMS)
            else f"print(kinesis.describe_stream_summary(StreamName={stream}))",
        )
    )
