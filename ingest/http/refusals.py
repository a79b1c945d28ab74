"""Defines the error by which a request is refused as a whole."""


class RefusedError(Exception):
    """Refuses a request. `status` is that of HTTP, `reason` a word for the counters; the message is for the sender."""

    def __init__(self, status: int, reason: str, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.reason = reason
        self.headers = headers or {}
