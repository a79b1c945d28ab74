"""Verifies Signature Version 4 of AWS, in the Authorization header and in presigned URLs.

A request that is sent again within its five minutes is accepted again, as AWS accepts it.
Source: AWS IAM user guide, "AWS Signature Version 4 for API requests", and the messages of the service itself.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ingest.endpoint import canonical
from ingest.endpoint.canonical import Signed
from ingest.endpoint.errors import ApiError

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "kinesis"
TERMINATOR = "aws4_request"
SKEW = timedelta(minutes=5)
MOST_EXPIRES = 7 * 24 * 60 * 60  # seconds that a presigned URL is valid at most
MOST_SIGNED = 50  # header names in SignedHeaders
HEX = re.compile("[0-9a-f]{64}")
REGION = re.compile("[a-z0-9-]{1,32}")
BASIC = "%Y%m%dT%H%M%SZ"
# A header of these names must be signed if it is there; the host must be signed in any case.
ALWAYS_SIGNED = ("x-amz-target", "x-amz-security-token")


class Claim(NamedTuple):
    """Holds the signature of a request, and the facts that it is about."""

    key: str  # access key id
    moment: datetime
    region: str
    names: list[str]  # of signed headers
    signature: str
    stamp: str  # the moment as it was sent
    expires: int | None = None  # seconds, of a presigned URL

    @property
    def scope(self) -> str:
        return f"{self.stamp[:8]}/{self.region}/{SERVICE}/{TERMINATOR}"


def read(signed: Signed) -> Claim:
    """Returns the claim of a request. Raises ApiError if there is none, or part of one."""
    authorization = signed.headers.get("authorization")
    query = dict(canonical.parameters(signed.query)) if "X-Amz-" in signed.query else {}
    if authorization is not None and "X-Amz-Algorithm" in query:
        raise _mismatch("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
    if authorization is not None:
        return _from_header(authorization, signed)
    if "X-Amz-Algorithm" in query:
        return _from_query(query, signed)
    raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")


def verify(claim: Claim, secret: str, signed: Signed) -> None:
    """Raises ApiError unless the request was signed with this secret."""
    text = canonical.request(signed, claim.names)
    to_sign = "\n".join((ALGORITHM, claim.stamp, claim.scope, hashlib.sha256(text.encode()).hexdigest()))
    found = hmac.digest(_signing_key(claim.scope, secret), to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(found, claim.signature):
        raise _mismatch(
            "The request signature we calculated does not match the signature you provided."
            " Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        )


def unknown_key() -> ApiError:
    return ApiError("UnrecognizedClientException", "The security token included in the request is invalid.")


@lru_cache(maxsize=256)
def _signing_key(scope: str, secret: str) -> bytes:
    """Returns the key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _from_header(authorization: str, signed: Signed) -> Claim:
    algorithm, _, rest = authorization.strip().partition(" ")
    if algorithm != ALGORITHM:
        raise ApiError("IncompleteSignatureException", f"Authorization header requires the algorithm {ALGORITHM}.", 403)
    pairs = [part.strip().partition("=") for part in rest.split(",")]
    found = {name: value for name, _, value in pairs}
    stamp = signed.headers.get("x-amz-date", "")
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not found.get(name)
    ]
    if not stamp:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing or len(found) != len(pairs):
        raise ApiError("IncompleteSignatureException", " ".join(missing) or "A parameter is repeated.", 403)
    return _claim(found["Credential"], stamp, found["SignedHeaders"], found["Signature"], signed)


def _from_query(query: Mapping[str, str], signed: Signed) -> Claim:
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires")
        if not query.get(name)
    ]
    expires = query.get("X-Amz-Expires", "")
    if query["X-Amz-Algorithm"] != ALGORITHM or missing or not re.fullmatch("[0-9]{1,6}", expires, re.ASCII):
        text = " ".join([*missing, "Re-examine the query-string parameters."])
        raise ApiError("IncompleteSignatureException", text, 403)
    if not 1 <= int(expires) <= MOST_EXPIRES or len(query) != len(canonical.parameters(signed.query)):
        raise _mismatch("Re-examine the query-string parameters.")
    credential, stamp, names, signature = (
        query[f"X-Amz-{name}"] for name in ("Credential", "Date", "SignedHeaders", "Signature")
    )
    claim = _claim(credential, stamp, names, signature, signed)
    return claim._replace(expires=int(expires))


def _claim(credential: str, stamp: str, names: str, signature: str, signed: Signed) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5:
        text = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        raise ApiError("IncompleteSignatureException", text, 403)
    key, date, region, service, terminator = parts
    moment = _moment(stamp)
    if service != SERVICE:
        raise _mismatch(f"Credential should be scoped to correct service: '{SERVICE}'.")
    if terminator != TERMINATOR:
        raise _mismatch(f"Credential should be scoped with a valid terminator: '{TERMINATOR}'.")
    if not REGION.fullmatch(region):
        raise _mismatch("Credential should be scoped to a valid region.")
    if date != stamp[:8]:
        raise _mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
    found = names.split(";")
    _check_names(found, signed)
    if not HEX.fullmatch(signature):
        raise _mismatch("The signature is not 64 lower-case hexadecimal digits.")
    return Claim(key, moment, region, found, signature, stamp)


def _check_names(names: list[str], signed: Signed) -> None:
    """Raises ApiError unless the signed headers are in canonical form, are there, and include those that must be."""
    if "host" not in names and ":authority" not in names:
        raise _mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if len(names) > MOST_SIGNED or names != sorted(set(names)) or any(name != name.lower() for name in names):
        raise _mismatch("SignedHeaders must be lower-case names in order, each of them once.")
    unsigned = [name for name in ALWAYS_SIGNED if name in signed.headers and name not in names]
    absent = [name for name in names if name not in signed.headers]
    if unsigned or absent:
        raise _mismatch(f"These headers must be there and signed: {', '.join([*unsigned, *absent])[:200]}.")


@lru_cache(maxsize=1024)
def _moment(stamp: str) -> datetime:
    try:
        found = datetime.strptime(stamp, BASIC).replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or found.strftime(BASIC) != stamp:  # strptime takes digits of other scripts, too
        raise ApiError("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'.", 403)
    return found


def check_time(claim: Claim, now: datetime) -> None:
    """Raises ApiError unless the request was signed at about this time."""
    earliest, latest = now - SKEW, now + SKEW
    if claim.moment > latest:
        raise _mismatch(
            f"Signature not yet current: {claim.moment:{BASIC}} is still later than {latest:{BASIC}}"
            f" ({now:{BASIC}} + 5 min.)"
        )
    if claim.expires is not None:
        if claim.moment + timedelta(seconds=claim.expires) < now:
            raise _mismatch(f"Signature expired: {claim.moment:{BASIC}} + {claim.expires} s is before {now:{BASIC}}")
    elif claim.moment < earliest:
        raise _mismatch(
            f"Signature expired: {claim.moment:{BASIC}} is now earlier than {earliest:{BASIC}} ({now:{BASIC}} - 5 min.)"
        )


def _mismatch(message: str) -> ApiError:
    return ApiError("InvalidSignatureException", message)
