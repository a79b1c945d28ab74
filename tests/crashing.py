"""The stream as a worker of a simulated fleet sees it: the worker may be killed at a read, or the read refused."""

from collections.abc import Callable

from streams.core.commits import StoreDownError
from streams.core.records import Description, Page, Position, StreamDownError
from tests.fakes import MemoryStream

ARROWS = ["after listing", "before read", "after read", "before commit", "after commit"]


class CrashError(BaseException):
    """The process is gone; nothing may catch it."""


class Throttle:
    """Refuses the next reads of all workers, as a service beyond its limits does."""

    def __init__(self) -> None:
        self.reads = 0  # still to be refused

    def refuses(self) -> bool:
        self.reads -= 1
        return self.reads >= 0


class CrashingStream:
    """Tells the arrows that are passed; a read may be killed before or after, or throttled."""

    def __init__(self, stream: MemoryStream, crash: Callable[[str], None], throttle: Throttle) -> None:
        self.name = stream.name
        self.stream = stream
        self.crash = crash
        self.throttle = throttle

    def describe(self) -> Description:
        return self.stream.describe()

    def read(self, shard: str, position: Position, limit: int) -> Page:
        self.crash("before read")
        if self.throttle.refuses():
            return Page([], None)
        page = self.stream.read(shard, position, min(limit, 4))
        self.crash("after read")
        return page


def refuse(arrow: str) -> None:
    """Raises the error of a stream or a store that is too busy; after a commit, only the answer is lost."""
    raise StoreDownError(arrow) if arrow.endswith("commit") else StreamDownError(arrow)
