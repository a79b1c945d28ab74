"""Says how the endpoint refused a call."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """Returns the type and the message of the error that a call of boto3 ends with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
