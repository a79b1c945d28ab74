"""Defines checks, and the results of probes. Times are in milliseconds since 1970, durations in milliseconds."""

from math import log2
from typing import Annotated, NamedTuple

import msgspec

from streams.core.processor import Name

PLACE = r"^[A-Za-z0-9_.-]{1,64}\Z"  # the name of a place
MOST_ERROR = 200
PARTS = 4  # buckets to each doubling of a duration: they are 19 % wide
BUCKETS = 68  # up to two minutes
Duration = Annotated[float, msgspec.Meta(ge=0, le=1e7)]


class Check(msgspec.Struct, gc=False, omit_defaults=True):
    """Holds one check of an address. It has no address: that may hold a secret."""

    probe: Name
    place: Annotated[str, msgspec.Meta(pattern=PLACE)]
    ok: bool
    total: Duration = 0.0  # up to the end of the answer
    lookup: Duration = 0.0
    connect: Duration = 0.0
    tls: Duration = 0.0
    first_byte: Duration = 0.0  # from the end of the request
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0  # of HTTP; 0 without an answer
    expires: Annotated[int, msgspec.Meta(ge=0, le=10**14)] = 0  # end of the certificate; 0 if there is none
    error: Annotated[str, msgspec.Meta(max_length=MOST_ERROR)] = ""  # why it failed, in a sentence


class Tally(msgspec.Struct, array_like=True):
    """Adds up checks. The durations and the histogram are of those that passed."""

    checks: int = 0
    failed: int = 0
    total: float = 0.0
    lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    longest: float = 0.0
    histogram: dict[int, int] = {}  # checks by bucket of `total`

    def add(self, check: Check) -> None:
        """Adds one check."""
        self.checks += 1
        if not check.ok:
            self.failed += 1
            return
        self.total += check.total
        self.lookup += check.lookup
        self.connect += check.connect
        self.tls += check.tls
        self.first_byte += check.first_byte
        self.longest = max(self.longest, check.total)
        place = bucket(check.total)
        self.histogram[place] = self.histogram.get(place, 0) + 1

    def merge(self, other: "Tally") -> None:
        """Adds the checks of another tally."""
        for name in SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest = max(self.longest, other.longest)
        for place, count in other.histogram.items():
            self.histogram[place] = self.histogram.get(place, 0) + count

    def percentile(self, share: float) -> float | None:
        """Returns the duration that this share of the checks did not exceed, within 10 %; None without checks."""
        passed = sum(self.histogram.values())
        wanted, seen = share * passed, 0
        for place in sorted(self.histogram):
            seen += self.histogram[place]
            if seen >= wanted:
                return float(min(2 ** ((place + 0.5) / PARTS), self.longest))
        return None


SUMS = ("checks", "failed", "total", "lookup", "connect", "tls", "first_byte")


def bucket(duration: float) -> int:
    """Returns the place of a duration in a histogram."""
    return min(BUCKETS - 1, int(PARTS * log2(duration))) if duration > 1 else 0


class Episode(msgspec.Struct, array_like=True):
    """Describes a time in which a probe was down."""

    probe: str
    name: str  # where it began in the stream: its time and the newest record's sequence number
    started: int
    places: list[str] = []  # that said so at any time of it
    failed: int = 0  # checks
    reason: str = ""  # of the latest failed check
    ended: int | None = None
    ending: str = ""  # "up", or "silent" once no place reports any more
    quorum: int = 1  # places that had to say so
    began_at: int = 1  # places that said so when it began


class MinuteRow(NamedTuple):
    """Holds the checks of one probe and place in a minute."""

    minute: int
    probe: str
    place: str
    tally: Tally


class PlaceRow(msgspec.Struct):
    """Describes the view that one place has of a probe."""

    place: str
    at: int  # of its newest check
    ok: bool
    down: bool
    reports: bool  # its newest check is young enough to count
    total: float
    status: int
    error: str


class NowRow(NamedTuple):
    """Holds how a probe stands."""

    probe: str
    state: str  # "up", "down" or "unknown"
    since: int
    checked: int
    expires: int
    places: list[PlaceRow]


class ProbeResults(NamedTuple):
    now: list[NowRow]
    minutes: list[MinuteRow]
    closed: list[MinuteRow]  # minutes that no check can change any more
    episodes: list[Episode]  # that began, changed or ended
    begun: list[Episode]  # those of them that began
