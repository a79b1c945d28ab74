"""Writes the lines that a person copies to use a new token or access key."""

import json
import shlex

from django.conf import settings

from accounts.access import WRITE_STREAMS, Grant

STREAM = "orders"  # in the examples, where the grant does not name one


def example_stream(grant: Grant) -> str:
    """Returns the name of a stream that the grant covers."""
    return STREAM if grant.covers(STREAM) else grant.streams[0].rstrip("*")


def curl(token: str, grant: Grant) -> str:
    """Returns the line that puts a record by HTTP; "" if the token may not."""
    if not grant.has(WRITE_STREAMS):
        return ""
    return put_by_curl(token, example_stream(grant), {"hello": "world"})


def put_by_curl(token: str, stream: str, record: object) -> str:
    """Returns a shell line that puts a record into a stream."""
    words = ("-H", f"Authorization: Bearer {token}", "--json", json.dumps(record))
    return shlex.join(["curl", f"{settings.SITE_URL}/streams/{stream}/records", *words])


def cli(key_id: str, secret: str, grant: Grant) -> str:
    """Returns the lines for a shell with the AWS CLI."""
    stream = shlex.quote(example_stream(grant))
    return "\n".join(
        (
            f"export AWS_ACCESS_KEY_ID={key_id}",
            f"export AWS_SECRET_ACCESS_KEY={secret}",
            f"export AWS_ENDPOINT_URL_KINESIS={shlex.quote(settings.ENDPOINT_URL)}",
            f"export AWS_DEFAULT_REGION={shlex.quote(settings.ENDPOINT_REGION)}",
            f"aws kinesis describe-stream-summary --stream-name {stream}"
            if not grant.has(WRITE_STREAMS)
            else f"aws kinesis put-record --stream-name {stream} --partition-key first"
            ' --cli-binary-format raw-in-base64-out --data \'{"hello": "world"}\'',
        )
    )


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
            f'kinesis.put_record(StreamName={stream}, PartitionKey="first", Data=b\'{{"hello": "world"}}\')'
            if grant.has(WRITE_STREAMS)
            else f"print(kinesis.describe_stream_summary(StreamName={stream}))",
        )
    )
