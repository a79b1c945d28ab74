"""Reads the names of AWS, and opens clients. Credentials come from boto3's own chain, never from a target."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from alarms.channels.base import ConfigError, Outcome, Receipt, away

SECONDS = 5  # to connect, and to read
_ARN = re.compile(r"arn:aws[a-z-]*:(sns|lambda):([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:([A-Za-z0-9:._$-]{1,256})")
# Errors by which AWS says that it cannot take anything now, rather than that it refuses this message.
AWAY = {
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "InternalError",
    "ServiceException",
    "KMSThrottling",
}


def region(arn: str, service: str) -> str:
    """Returns the region that an ARN names. Raises ConfigError for one that is none of the service."""
    match = _ARN.fullmatch(arn)
    if not match or match[1] != service:
        raise ConfigError(f"The ARN must be one of {service}: arn:aws:{service}:REGION:ACCOUNT:NAME.")
    return match[2]


def client(service: str, place: str) -> Any:
    """Returns a client of a service that tries once: the queue of the target tries again."""
    import boto3  # noqa: PLC0415 - it takes longer to import than all of Millrace
    from botocore.config import Config as BotoConfig  # noqa: PLC0415 - as above

    once = BotoConfig(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1})
    return boto3.session.Session().client(service, region_name=place, config=once)


def called(call: Callable[[], str]) -> Receipt:
    """Makes a call and returns its receipt, with AWS's own words if it refused."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        return Receipt(Outcome.GOOD, call())
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        refused = status in (400, 413) and code not in AWAY
        return Receipt(Outcome.HELD if refused else Outcome.LATER, str(error))
    except (BotoCoreError, OSError) as error:
        return away(error)
