"""Writes items into a table of DynamoDB. Only this module of orders knows boto3.

The table has the keys CustomerID (partition key) and OrderID (sort key), both text. Region, address and credentials
come from boto3's own chain: AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_DYNAMODB, a profile, or the machine's role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from common.text import clause

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

Item = dict[str, Any]  # text and numbers by attribute
KEYS = ("CustomerID", "OrderID")
ITEMS = 25  # in one request: the service's limit
TRIES = 3  # of a request that the service took in part; the rest waits for the next step
MOST_NUMBER = 1e125  # the service keeps numbers below; and those from 1e-130 on


class TableError(Exception):
    """Means that the table did not take items; the message is a sentence. The same items may be put again."""


class Table(Protocol):
    """Stores items by their KEYS."""

    def put(self, items: Sequence[Item]) -> None:
        """Stores items, over those of the same keys. Raises TableError if any is not stored."""


class DynamoTable:
    """Implements a table by a boto3 client."""

    def __init__(self, name: str, client: Any) -> None:
        self._name = name
        self._client = client

    def put(self, items: Sequence[Item]) -> None:
        for piece in _pieces(items):
            self._write([{"PutRequest": {"Item": _attributes(item)}} for item in piece])

    def _write(self, requests: list[dict[str, Any]]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - boto3 takes long to import

        for _ in range(TRIES):
            try:
                answer = self._client.batch_write_item(RequestItems={self._name: requests})
            except ClientError as error:
                raise TableError(self._refusal(error)) from None  # botocore's error may hold secrets
            except BotoCoreError as error:
                says = f"DynamoDB cannot be asked ({type(error).__name__}): check network, region and credentials."
                raise TableError(says) from None
            requests = answer.get("UnprocessedItems", {}).get(self._name, [])
            if not requests:
                return
        raise TableError(f"The table {self._name!r} is too busy: it left {len(requests)} items of a request.")

    def _refusal(self, error: ClientError) -> str:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code == "ResourceNotFoundException":
            region = self._client.meta.region_name
            return f"There is no DynamoDB table {self._name!r} in {region}: docs/order-lines.md says how to make it."
        if code in ("AccessDeniedException", "AccessDenied"):
            return f"Allow the IAM action dynamodb:BatchWriteItem on the table {self._name!r}."
        if code == "ValidationException":
            said = clause(error.response["Error"].get("Message", ""))
            return (
                f"The table {self._name!r} refuses the items: {said}. Its keys must be {' and '.join(KEYS)}, as text."
            )
        return f"The table {self._name!r} refuses a request ({code})."


@lru_cache(maxsize=1)
def open_table(name: str) -> DynamoTable:
    """Opens a table by its name, without a request. Raises TableError."""
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415 - as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above

    # One attempt: the next step tries again, and the worker must not wait for long.
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=10)
    try:
        return DynamoTable(name, boto3.session.Session().client("dynamodb", config=config))
    except (BotoCoreError, ValueError) as error:
        raise TableError(f"DynamoDB cannot be reached: {clause(error)}; set AWS_DEFAULT_REGION.") from None


def _pieces(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yields the items in parts that one request takes, which must not name a key twice; the later item wins."""
    distinct = list({tuple(item[key] for key in KEYS): item for item in items}.values())
    for start in range(0, len(distinct), ITEMS):
        yield distinct[start : start + ITEMS]


def _attributes(item: Item) -> dict[str, dict[str, str]]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"S": value}
    return {"N" if not value or 1 / MOST_NUMBER < abs(value) < MOST_NUMBER else "S": repr(value)}
