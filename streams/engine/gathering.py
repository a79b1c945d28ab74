"""Gathers the pages of a reader into one page, for applications whose commits must be few and large, as an archive's.

Records that are gathered and not yet committed are held in memory only. After a crash they are read again, because
the checkpoint moves with the commit alone.
"""

from collections.abc import Callable

from msgspec import Struct, field

from streams.core.records import Batch, Lost, Page
from streams.declarations import Gather
from streams.engine.reading import Reader

PAGES = 10  # read in one step, so that the other shards and applications of a worker are not kept waiting


class GatheringReader:
    """Returns an empty page until enough records were gathered, and then all of them as one page.

    After a page that was refused, since a record of it is at fault, pages come as they are read until the pipeline has
    found the record.
    """

    def __init__(
        self,
        open_at: Callable[[str], Reader],
        checkpoint: str,
        gather: Gather,
        monotonic: Callable[[], float],
        full: int,
    ) -> None:
        """Takes a function that opens the reader at a checkpoint, and the committed checkpoint. May raise ValueError.

        `monotonic` gives seconds. A limit other than `full` means that the pipeline looks for a record at fault.
        """
        self._open_at = open_at
        self._gather = gather
        self._monotonic = monotonic
        self._full = full
        self._committed = self._next = checkpoint
        self._reader = open_at(checkpoint)
        self._held = _Held(0.0)
        self._given = False  # the last page has records, and was not acknowledged yet

    def read(self, limit: int) -> Page:
        narrow = self._given or limit != self._full
        if narrow and self._held.batches:
            self._reader = self._open_at(self._committed)
            self._held, self._given = _Held(0.0), False
        if narrow:
            return self._give(self._reader.read(limit))
        for _ in range(PAGES):
            page = self._reader.read(limit)
            self._hold(page)
            if page.ended or self._is_enough(at_tip=not page.batches):
                return self._give(self._held.page(page))
            if not page.batches:
                break
        return Page([], None, identity=page.identity) if self._held.batches else self._give(page)

    def checkpoint(self, page: Page) -> str:
        """Returns the place after the records that were given; records that are held do not move it."""
        return self._next

    def acknowledge(self) -> None:
        self._reader.acknowledge()
        self._committed = self._next
        if self._given:
            self._held, self._given = _Held(0.0), False

    def _give(self, page: Page) -> Page:
        self._given, self._next = bool(page.batches), self._reader.checkpoint(page)
        return page

    def _hold(self, page: Page) -> None:
        if page.batches and not self._held.batches:
            self._held = _Held(self._monotonic(), begins=page.begins, lost=self._held.lost)
        self._held.add(page)
        self._reader.acknowledge()

    def _is_enough(self, *, at_tip: bool) -> bool:
        held, most = self._held, self._gather
        aged = at_tip and bool(held.batches) and self._monotonic() - held.since >= most.age
        return aged or held.records >= most.records or held.size >= most.size


class _Held(Struct):
    """Holds the records that were read and not yet given."""

    since: float  # seconds, when the first was read
    batches: list[Batch] = field(default_factory=list)
    records: int = 0
    size: int = 0  # bytes
    begins: int | None = None
    lost: Lost | None = None

    def add(self, page: Page) -> None:
        self.batches += page.batches
        self.records += sum(len(batch.datas) for batch in page.batches)
        self.size += sum(sum(map(len, batch.datas)) for batch in page.batches)
        self.lost = _both(self.lost, page.lost)

    def page(self, last: Page) -> Page:
        """Returns all of it as one page that ends as the page that was read last."""
        return last._replace(batches=self.batches, begins=self.begins, lost=self.lost)


def _both(one: Lost | None, other: Lost | None) -> Lost | None:
    if one is None or other is None:
        return one or other
    records = None if one.records is None or other.records is None else one.records + other.records
    return Lost(records, max(one.until, other.until))
