"""Sets back a watermark that is ahead of the stream's own time: a wrong clock left it, and records would look late."""

import logging
from collections.abc import Callable
from typing import Any

from streams.core.clock import MINUTE, SECOND
from streams.core.commits import HeldLease, Store
from streams.core.state import EMPTY, State

SetBack = Callable[[State, int], State]  # a processor's state, with no time in it later than these milliseconds

logger = logging.getLogger(__name__)


def believable(held: HeldLease, now: int, set_back: SetBack, store: Store[Any]) -> HeldLease:
    """Returns the held lease, its watermark set back to `now` (milliseconds) if it was over a minute ahead.

    The state that is set back is stored at once, since commits store only changes.
    """
    if held.watermark <= now + MINUTE:
        return held
    logger.warning(
        "The watermark of %s on %s/%s was %d s ahead of the stream's own time and is set back: a clock was wrong.",
        held.application,
        held.stream,
        held.shard,
        (held.watermark - now) // SECOND,
    )
    state = held.state
    if state != EMPTY:
        state = set_back(state, now)
        store.replace(held, state)
    return held._replace(watermark=now, state=state)
