"""Builds the canonical form of a request that Signature Version 4 signs.

Source: AWS IAM user guide, "Create a signed AWS API request"; botocore builds the same for its own requests.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

UNRESERVED = "-_.~"
PATH = "/" + UNRESERVED
SIGNATURE = "X-Amz-Signature"  # the one parameter of a presigned URL that is not signed


class Signed(NamedTuple):
    """Holds the parts of a request that a signature covers."""

    method: str
    path: str  # decoded once
    query: str  # as sent, without the question mark
    headers: Mapping[str, str]  # by lower-case name; repeated headers joined by commas
    body: bytes


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Returns headers by lower-case name. A repeated one has its values joined, so that no value goes unsigned."""
    found: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def parameters(query: str) -> list[tuple[str, str]]:
    """Returns the decoded parameters of a query. A plus sign stands for itself, as AWS reads it."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def request(signed: Signed, names: Sequence[str]) -> str:
    """Returns the canonical form of a request in which the headers of these names are signed."""
    lines = [f"{name}:{' '.join(signed.headers.get(name, '').split())}\n" for name in names]
    return "\n".join(
        (
            signed.method,
            quote(quote(signed.path, safe=PATH), safe=PATH) or "/",  # twice, for all services but S3
            _query(signed.query),
            "".join(lines),
            ";".join(names),
            hashlib.sha256(signed.body).hexdigest(),
        )
    )


def _query(query: str) -> str:
    pairs = sorted(
        (quote(name, safe=UNRESERVED), quote(value, safe=UNRESERVED))
        for name, value in parameters(query)
        if name != SIGNATURE
    )
    return "&".join(f"{name}={value}" for name, value in pairs)
