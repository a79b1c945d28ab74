"""Sends single requests, signed by botocore, so that tests can change each part of them."""

from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.ingest.endpoint.serving import KEY_ID, SECRET

PREFIX = "Kinesis_20131202."


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def signed(
    url: str,
    body: bytes,
    headers: dict[str, str],
    path: str = "/",
    *,
    secret: str = SECRET,
    key_id: str = KEY_ID,
    service: str = "kinesis",
) -> AWSRequest:
    """Returns a request that botocore has signed."""
    request = AWSRequest("POST", url + path, headers, body)
    SigV4Auth(Credentials(key_id, secret), service, "eu-west-1").add_auth(request)
    return request


def send(url: str, request: AWSRequest, path: str = "/", body: bytes | None = None) -> Reply:
    """Sends a request, with another body if one is given."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        data = request.data if body is None else body
        connection.request("POST", path, data, dict(request.headers.items()))
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, headers, answer.read())
    finally:
        connection.close()


def call(url: str, operation: str, body: bytes, content_type: str = "application/x-amz-json-1.1") -> Reply:
    headers = {"X-Amz-Target": PREFIX + operation, "Content-Type": content_type}
    return send(url, signed(url, body, headers))
