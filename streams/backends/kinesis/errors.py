"""Translates the errors of AWS: one sentence that names the remedy and never holds a secret."""

from typing import Any
from urllib.parse import urlsplit

from botocore import exceptions as boto

from common.running import to_run
from common.text import clause
from streams.backends.retrying import BusyError
from streams.core.records import DeniedError, StreamDownError, StreamError, StreamExistsError, StreamNotFoundError


class IteratorExpiredError(StreamError):
    """Means that a shard iterator is older than five minutes."""


class InvalidArgumentError(StreamError):
    """Means an invalid argument, for example a trimmed sequence number, or a time in the future."""


class UnreachableError(StreamDownError):
    """Means that the service did not answer."""


THROTTLED = {
    "ProvisionedThroughputExceededException",
    "KMSThrottlingException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "SlowDown",
}
FAILED = {"InternalFailure", "InternalFailureException", "InternalServerError", "ServiceUnavailable", "RequestTimeout"}
# These limit an amount, not a rate, so that waiting does not help.
GROWING = {"CreateStream", "SplitShard", "MergeShards"}
DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
EXPIRED = {"ExpiredTokenException", "ExpiredToken", "RequestExpired"}
# The service's text for these may quote signed headers, session token included: it is never passed on.
UNKNOWN = {
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
    "NotAuthorizedException",
}
CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.SSOError,
    boto.NoAuthTokenError,
    boto.UnauthorizedSSOTokenError,
)
NOBODY = (boto.HTTPClientError, boto.ConnectionError)
WHERE_FROM = "boto3 takes them from the environment (AWS_ACCESS_KEY_ID …), a profile, or the machine's role"


def in_our_words(error: Exception, stream: str, region: str) -> StreamError:
    """Returns our error for one of botocore's."""
    if isinstance(error, boto.ClientError):
        return _refusal(error, stream, region)
    if isinstance(error, CREDENTIALS):
        return StreamError(f"There are no AWS credentials that work ({type(error).__name__}); {WHERE_FROM}.")
    if isinstance(error, boto.NoRegionError):
        return StreamError("No AWS region is set: name one in STREAM_URL=kinesis://REGION, or set AWS_DEFAULT_REGION.")
    if isinstance(error, NOBODY):
        return UnreachableError(
            f"Kinesis cannot be reached{_endpoint(error)} ({type(error).__name__}); check the network, the name of the"
            f" region ({region}) and the endpoint_url of STREAM_URL."
        )
    return StreamError(f"Kinesis cannot be asked{_for(stream, 'about')}: {clause(error)}.")


def _refusal(error: boto.ClientError, stream: str, region: str) -> StreamError:
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), clause(details.get("Message", ""))
    return (
        _about_the_caller(code, error.operation_name, stream)
        or _for_the_moment(code, error, f"Kinesis could not do {error.operation_name} for now: {message} ({code})")
        or _about_the_stream(code, error.operation_name, stream, region, message)
    )


def _about_the_caller(code: str, operation: str, stream: str) -> StreamError | None:
    """Returns an error without the service's own words; None for other codes."""
    action = f"kinesis:{operation}"
    if code in DENIED:
        return DeniedError(
            f"AWS does not let these credentials do {action}{_for(stream, 'on')}; allow the IAM action {action}."
        )
    if code == "KMSAccessDeniedException":
        return StreamError(
            f"Stream {stream!r} is encrypted with a key that these credentials may not use for {action};"
            " allow the IAM actions kms:Decrypt (to read) and kms:GenerateDataKey (to put)."
        )
    if code in EXPIRED:
        return StreamError(f"The AWS credentials have expired ({code}, at {action}); renew them, and check the clock.")
    if code in UNKNOWN:
        return StreamError(f"AWS does not accept these credentials ({code}, at {action}); {WHERE_FROM}.")
    return None


def _for_the_moment(code: str, error: boto.ClientError, sentence: str) -> StreamError | None:
    if code == "ExpiredIteratorException":
        return IteratorExpiredError(sentence)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    busy = code in THROTTLED or code in FAILED or status >= 500
    busy |= code == "LimitExceededException" and error.operation_name not in GROWING
    busy |= code == "ResourceInUseException" and error.operation_name != "CreateStream"
    return BusyError(sentence) if busy else None


def _about_the_stream(code: str, operation: str, stream: str, region: str, message: str) -> StreamError:
    if code == "ResourceInUseException":
        return StreamExistsError(f"There is a stream {stream!r} already.")
    if code == "ResourceNotFoundException":
        return StreamNotFoundError(
            f"There is no stream {stream!r} in {region}. Create it: {to_run('streams', 'create', stream)}"
        )
    kind = InvalidArgumentError if code == "InvalidArgumentException" else StreamError
    return kind(f"Kinesis refused {operation}{_for(stream, 'on')}: {message} ({code}).")


def _for(stream: str, preposition: str) -> str:
    return f" {preposition} stream {stream!r}" if stream else ""


def _endpoint(error: Any) -> str:
    host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).netloc.rpartition("@")[2]
    return f" at {host}" if host else ""
