"""Defines the errors that the Kinesis API answers, with the service's own types, forms of message and status codes.

Source: Amazon Kinesis API reference, the errors of each operation, and Common Errors.
"""

ACCOUNT = "000000000000"  # of every stream here: Amazon's account ids have 12 digits


class ApiError(Exception):
    """Means that a request is answered with an error of the service."""

    def __init__(self, kind: str, message: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status


def invalid(message: str) -> ApiError:
    return ApiError("InvalidArgumentException", message)


def validation(message: str) -> ApiError:
    return ApiError("ValidationException", message)


def serialization(message: str = "") -> ApiError:
    return ApiError("SerializationException", message)


def in_use(message: str) -> ApiError:
    return ApiError("ResourceInUseException", message)


def not_found(message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message)


def no_stream(name: str) -> ApiError:
    return not_found(f"Stream {name} under account {ACCOUNT} not found.")


def no_shard(stream: str, shard: str) -> ApiError:
    return not_found(f"Could not find shard {shard} in stream {stream} under account {ACCOUNT}.")


def beyond_limit(message: str) -> ApiError:
    return ApiError("LimitExceededException", message)


def rate_exceeded(stream: str, shard: str = "") -> ApiError:
    where = f"shard {shard} in stream {stream}" if shard else f"a shard in stream {stream}"
    return ApiError("ProvisionedThroughputExceededException", f"Rate exceeded for {where} under account {ACCOUNT}.")


def dry_run() -> ApiError:
    return ApiError("DryRunOperationException", "The request would have succeeded, but DryRun is set.")


def unknown_operation() -> ApiError:
    return ApiError("UnknownOperationException")


def unavailable() -> ApiError:
    """Returns the answer to a request that the endpoint cannot take now; clients retry it."""
    return ApiError("ServiceUnavailable", "The service is busy or its disk cannot be written. Try again.", 503)


def internal() -> ApiError:
    return ApiError("InternalFailure", "The request failed because of an error of the service.", 500)
