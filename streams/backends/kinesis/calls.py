"""Calls to Kinesis: errors in our words, and patience with a service that is busy."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from streams.backends.kinesis.errors import UnreachableError, in_our_words
from streams.backends.kinesis.service_clock import ServiceClock
from streams.backends.retrying import PATIENCE, Backoff, BusyError, Waiting


class Calls:
    """The calls of a boto3 client about one stream."""

    def __init__(self, client: Any, stream: str, waiting: Waiting) -> None:
        self.stream = stream
        self.waiting = waiting
        self._client = client
        self.clock = ServiceClock(waiting.monotonic)
        self._heard = float("-inf")  # when it last answered

    def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The answer of one call. Raises StreamError; BusyError when the same call may succeed later."""
        try:
            answer: dict[str, Any] = getattr(self._client, method)(**arguments)
        except (ClientError, BotoCoreError) as error:
            ours = in_our_words(error, self.stream, self._client.meta.region_name)
            if isinstance(ours, UnreachableError) and self.waiting.monotonic() - self._heard < PATIENCE:
                ours = BusyError(str(ours))  # it answered a moment ago
            raise ours from None  # botocore's may hold what no log should
        self._heard = self.waiting.monotonic()
        self.clock.answered(answer)
        return answer

    def patiently(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The same, tried again while Kinesis is busy, for up to PATIENCE seconds."""
        backoff = Backoff(self.waiting.chance)
        deadline = self.waiting.monotonic() + PATIENCE
        while True:
            try:
                return self(method, **arguments)
            except BusyError:
                if self.waiting.monotonic() >= deadline:
                    raise
                self.waiting.pause(backoff.next())
