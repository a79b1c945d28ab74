"""Signature Version 4: requests that botocore signed are verified, and none that was changed since."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as some

from ingest.endpoint import canonical, signatures
from ingest.endpoint.canonical import Signed
from ingest.endpoint.errors import ApiError
from ingest.endpoint.signatures import BASIC

KEY, SECRET = "MLRKABCDEFGHIJKLMNOP", "s3cr3t/+"
MINUTES = timedelta(minutes=1)
paths = some.lists(some.text("abcXYZ019-_.~ $é", min_size=1, max_size=8), max_size=3).map(
    lambda parts: "/" + "/".join(part for part in parts if part not in (".", ".."))
)
queries = some.dictionaries(
    some.text("abc-~* é", min_size=1, max_size=4), some.text("abc=&+/ é", max_size=6), max_size=3
)
values = some.text(" abc,\t;=", max_size=10)
headers = some.dictionaries(some.text("abcx-", min_size=1, max_size=8).map("X-".__add__), values, max_size=4)


def sign(auth: type[SigV4Auth], path: str, query: dict[str, str], given: dict[str, str], body: bytes) -> AWSRequest:
    url = f"https://kinesis.example{quote(path)}?{urlencode(query, quote_via=quote)}"
    request = AWSRequest("POST", url, given, body)
    auth(Credentials(KEY, SECRET), "kinesis", "eu-west-1").add_auth(request)
    return request


def received(request: AWSRequest) -> Signed:
    """Returns the request as a server gets it."""
    parts = urlsplit(request.prepare().url)
    got = canonical.joined([*request.headers.items(), ("Host", "kinesis.example")])
    return Signed("POST", unquote(parts.path), parts.query, got, request.data or b"")


def outcome(signed: Signed, secret: str = SECRET, late: timedelta = timedelta()) -> str:
    """Returns "ok", or the type of the error."""
    try:
        claim = signatures.read(signed)
        signatures.check_time(claim, claim.moment + late)
        signatures.verify(claim, secret, signed)
    except ApiError as error:
        return error.kind
    return "ok"


@given(paths, queries, headers, some.binary(max_size=50))
def test_what_botocore_signs_is_verified(path: str, query: dict[str, str], given: dict[str, str], body: bytes) -> None:
    assert outcome(received(sign(SigV4Auth, path, query, dict(given), body))) == "ok"
    assert outcome(received(sign(SigV4QueryAuth, path, query, dict(given), b""))) == "ok"


def example(**changes: Any) -> Signed:
    given = {"X-Amz-Target": "Kinesis_20131202.PutRecord", "Content-Type": "application/x-amz-json-1.1"}
    return received(sign(SigV4Auth, "/", {}, given, b"{}"))._replace(**changes)


def with_headers(**changes: str | None) -> Signed:
    found = dict(example().headers) | {name.replace("_", "-"): value for name, value in changes.items()}
    return example(headers={name: value for name, value in found.items() if value is not None})


def with_authorization(old: str, new: str) -> Signed:
    return with_headers(authorization=example().headers["authorization"].replace(old, new))


@pytest.mark.parametrize(
    ("signed", "kind"),
    [
        (example(body=b"{ }"), "InvalidSignatureException"),
        (example(method="GET"), "InvalidSignatureException"),
        (example(path="/x"), "InvalidSignatureException"),
        (example(query="a=b"), "InvalidSignatureException"),
        (with_headers(x_amz_target="Kinesis_20131202.DeleteStream"), "InvalidSignatureException"),
        (with_headers(host="elsewhere"), "InvalidSignatureException"),
        (with_headers(host=None), "InvalidSignatureException"),
        (with_headers(x_amz_security_token="unsigned"), "InvalidSignatureException"),
        (with_headers(authorization=None), "MissingAuthenticationTokenException"),
        (with_headers(authorization="Bearer x"), "IncompleteSignatureException"),
        (with_headers(x_amz_date=None), "IncompleteSignatureException"),
        (with_headers(x_amz_date="20261127"), "IncompleteSignatureException"),
        (example(query="X-Amz-Algorithm=AWS4-HMAC-SHA256"), "InvalidSignatureException"),
        (with_authorization("Signature=", "Signature=A"), "InvalidSignatureException"),
        (with_authorization("SignedHeaders=", "Signed="), "IncompleteSignatureException"),
        (with_authorization("/kinesis/", "/dynamodb/"), "InvalidSignatureException"),
        (with_authorization("/eu-west-1/", "/eu-west-2/"), "InvalidSignatureException"),
        (with_authorization("aws4_request", "aws4_other"), "InvalidSignatureException"),
        (with_authorization("/eu-west-1", ""), "IncompleteSignatureException"),
        (with_authorization("host;", ""), "InvalidSignatureException"),
        (with_authorization("host;", "host;host;"), "InvalidSignatureException"),
        (with_authorization("host", "Host"), "InvalidSignatureException"),
        (with_authorization("x-amz-date;", ""), "InvalidSignatureException"),
        (with_authorization(", Signature", ", Credential=x, Signature"), "IncompleteSignatureException"),
    ],
)
def test_a_request_that_was_changed_is_refused(signed: Signed, kind: str) -> None:
    assert outcome(signed) == kind


def test_a_wrong_secret_is_refused() -> None:
    assert (outcome(example()), outcome(example(), "other")) == ("ok", "InvalidSignatureException")


@pytest.mark.parametrize(("minutes", "found"), [(-5, "ok"), (5, "ok"), (-6, "not yet current"), (6, "expired")])
def test_a_clock_may_be_wrong_by_five_minutes(minutes: int, found: str) -> None:
    signed = example()
    claim = signatures.read(signed)
    now = claim.moment + minutes * MINUTES
    if found == "ok":
        signatures.check_time(claim, now)
        return
    with pytest.raises(ApiError) as caught:
        signatures.check_time(claim, now)
    bound, sign = (now - 5 * MINUTES, "-") if minutes > 0 else (now + 5 * MINUTES, "+")
    word = "now earlier" if minutes > 0 else "still later"
    assert caught.value.message == (
        f"Signature {found}: {claim.moment:{BASIC}} is {word} than {bound:{BASIC}} ({now:{BASIC}} {sign} 5 min.)"
    )


def test_a_presigned_url_ends_after_its_seconds() -> None:
    signed = received(sign(SigV4QueryAuth, "/", {}, {}, b""))  # botocore gives it an hour
    assert [outcome(signed, late=minutes * MINUTES) for minutes in (0, 59, 61)] == [
        "ok",
        "ok",
        "InvalidSignatureException",
    ]


@pytest.mark.parametrize("seconds", ["0", "604801", "-1", "x", "٣"])
def test_a_presigned_url_of_another_life_is_refused(seconds: str) -> None:
    signed = received(sign(SigV4QueryAuth, "/", {}, {}, b""))
    changed = signed._replace(query=signed.query.replace("X-Amz-Expires=3600", f"X-Amz-Expires={seconds}"))
    assert outcome(changed) in ("InvalidSignatureException", "IncompleteSignatureException")


@given(some.text(max_size=300), some.text(max_size=30))
def test_any_header_is_answered_in_the_service_s_words(authorization: str, stamp: str) -> None:
    for text in (authorization, "AWS4-HMAC-SHA256 " + authorization):
        signed = example(headers={"host": "h", "authorization": text, "x-amz-date": stamp})
        assert outcome(signed).endswith("Exception")


def test_repeated_headers_are_signed_together() -> None:
    assert canonical.joined([("A", "1"), ("a", "2")]) == {"a": "1,2"}
    now = datetime.now(UTC)
    assert outcome(example(), late=datetime.now(UTC) - now) == "ok"
