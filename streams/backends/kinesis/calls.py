"""Calls Kinesis: translates its errors, and waits for a service that is busy."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from streams.backends.kinesis.errors import UnreachableError, in_our_words
from streams.backends.kinesis.service_clock import ServiceClock
from streams.backends.retrying import PATIENCE, Backoff, BusyError, Waiting


class Calls:
    """Makes a boto3 client's calls about one stream."""

    def __init__(self, client: Any, stream: str, waiting: Waiting) -> None:
        self.stream = stream
        self.waiting = waiting
        self._client = client
        self.clock = ServiceClock(waiting.monotonic)
        self._heard = float("-inf")  # monotonic time of the last answer

    def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Makes one call and returns its answer. Raises StreamError; BusyError if the same call may succeed later."""
        try:
            answer: dict[str, Any] = getattr(self._client, method)(**arguments)
        except (ClientError, BotoCoreError) as error:
            ours = in_our_words(error, self.stream, self._client.meta.region_name)
            if isinstance(ours, UnreachableError) and self.waiting.monotonic() - self._heard < PATIENCE:
                ours = BusyError(str(ours))  # the service answered a moment ago
            raise ours from None  # botocore's error may hold secrets, which must not be logged
        self._heard = self.waiting.monotonic()
        self.clock.answered(answer)
        return answer

    def patiently(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Makes a call like `__call__`, and retries it while Kinesis is busy, for up to PATIENCE seconds."""
        backoff = Backoff(self.waiting.chance)
        deadline = self.waiting.monotonic() + PATIENCE
        while True:
            try:
                return self(method, **arguments)
            except BusyError:
                if self.waiting.monotonic() >= deadline:
                    raise
                self.waiting.pause(backoff.next())
