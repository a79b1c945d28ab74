"""Translates the errors of streams into those of the service."""

import logging

from ingest.endpoint.errors import ApiError, in_use, internal, no_stream, not_found, unavailable, validation
from streams.core.records import (
    InvalidRecordError,
    ShardGoneError,
    StreamDownError,
    StreamExistsError,
    StreamNotFoundError,
)

logger = logging.getLogger(__name__)


def translated(error: Exception, stream: str = "") -> ApiError:
    """Returns the error that a client is told about a request for a stream, and logs the rest."""
    match error:
        case ApiError():
            return error
        case StreamNotFoundError():
            return no_stream(stream)
        case ShardGoneError():
            return not_found(str(error))
        case StreamExistsError():
            return in_use(str(error))
        case InvalidRecordError():
            return validation(str(error))
        case StreamDownError():
            logger.error("A request failed: %s", error)
            return unavailable()
        case _:
            logger.error("A request failed: %s: %s", type(error).__name__, error, exc_info=error)
            return internal()
