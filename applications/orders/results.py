"""Defines order lines, and the results of orders. Times are in milliseconds, sequence numbers padded."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import msgspec

from streams.core.processor import Name

Text = Annotated[str, msgspec.Meta(max_length=1000)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # every database stores these


class OrderLine(msgspec.Struct, gc=False):
    """Holds one line of an order, with the names of the Online Retail data."""

    site: Name
    InvoiceNo: Text
    StockCode: Text
    Quantity: Whole
    InvoiceDate: Text
    UnitPrice: float
    Description: Text = ""
    Customer: Text = ""
    Country: Text = ""


class Arrivals(NamedTuple):
    """Holds order lines that arrived in one millisecond, and the sequence numbers of their records."""

    at: int
    sequences: Sequence[int]
    lines: Sequence[OrderLine]


class Episode(msgspec.Struct, array_like=True):
    """Describes an alarm, from first reaching the threshold until falling below."""

    site: str
    sequence: str  # sequence number of the line that raised it, padded
    started: int
    threshold: int
    peak: int
    lines: int = 0  # evaluations at or above the threshold: notifications + suppressed
    notifications: int = 0
    suppressed: int = 0
    ended: int | None = None


class SecondRate(msgspec.Struct, array_like=True):
    """Holds the lines of one second of a site, and the highest count at any of them."""

    second: int
    lines: int
    peak: int


class NotificationDue(NamedTuple):
    """Describes a notification that was sent."""

    site: str
    at: int
    sequence: str
    lines: int
    threshold: int
    suppressed_before: int


class WindowCount(msgspec.Struct, frozen=True, gc=False):
    """Holds how many lines a site's window holds at a moment."""

    site: str
    lines: int
    as_of: int
    newest: int


class OrderResults(NamedTuple):
    """Holds the changes of a step, and in `finished` the seconds that no line can change any more."""

    counts: list[WindowCount]
    seconds: list[tuple[str, SecondRate]]
    episodes: list[Episode]
    calls: list[NotificationDue]
    finished: Sequence[tuple[str, SecondRate]] = ()
    lines: Sequence[Arrivals] = ()  # to be kept
