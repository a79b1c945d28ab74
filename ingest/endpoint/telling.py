"""Tells monitoring the work of the endpoint."""

from typing import Protocol


class Told(Protocol):
    def put(self, stream: str, records: int, refused: int) -> None:
        """Hears that so many records were stored, and so many refused. The writer's thread calls it."""

    def answered(self, operation: str, outcome: str) -> None:
        """Hears of each answer: the operation, "-" for an unknown one, and "ok", "closed" or the type of the error."""


class Silent:
    """Tells nobody."""

    def put(self, stream: str, records: int, refused: int) -> None:
        pass

    def answered(self, operation: str, outcome: str) -> None:
        pass
