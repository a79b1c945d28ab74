"""A watermark that is ahead of the stream's own time: a wrong clock left it, and records would look late."""

import logging
from collections.abc import Callable

from streams.clock import MINUTE, SECOND
from streams.commits import Grant

SetBack = Callable[[bytes, int], bytes]  # a processor's state, with no time in it later than these milliseconds

logger = logging.getLogger(__name__)


def believable(grant: Grant, now: int, set_back: SetBack) -> Grant:
    """Returns the grant with its clock at the stream's own time, in milliseconds, where it was a minute past that."""
    if grant.clock <= now + MINUTE:
        return grant
    logger.warning(
        "The watermark of %s on %s/%s was %d s ahead of the stream's own time and is set back: a clock was wrong.",
        *(grant.application, grant.stream, grant.shard, (grant.clock - now) // SECOND),
    )
    return grant._replace(clock=now, state=set_back(grant.state, now) if grant.state else grant.state)
