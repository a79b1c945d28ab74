"""Writes one line for each request: the operation, the stream, the key, the outcome. It holds no secret and no data."""

import logging
import time
from dataclasses import dataclass, field

from ingest.endpoint.keys import ENDING

logger = logging.getLogger("ingest.endpoint.access")


@dataclass
class Entry:
    """Collects the facts about a request. Names are shown only after their checks, so that no line is forged."""

    operation: str = "-"
    stream: str = "-"
    key: str = "-"
    status: int = 0
    outcome: str = "ok"  # or the type of the error
    received: int = 0  # bytes
    sent: int = 0  # bytes
    started: float = field(default_factory=time.perf_counter)

    def write(self) -> None:
        milliseconds = (time.perf_counter() - self.started) * 1000
        logger.info(
            "%s %s key=*%s %d %s in=%d out=%d %.1f ms",
            self.operation,
            self.stream,
            self.key[-ENDING:],
            self.status,
            self.outcome,
            self.received,
            self.sent,
            milliseconds,
        )
