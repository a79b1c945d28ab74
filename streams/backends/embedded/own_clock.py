"""The embedded stream's own time, which setting the clock of the machine does not move.

All processes of one boot share the seconds since it began (CLOCK_BOOTTIME), and nobody can set those. So the stream
keeps an anchor: at that moment since boot, it was that time. Its time runs on from there. It follows the wall clock in
two ways only. A difference of up to two seconds, as NTP makes them, is made up for by running at most 1 % faster or
slower. A wall clock that is further ahead is followed by one leap, once every look of a whole minute has seen the same
difference: a virtual machine that was resumed, or a clock that was wrong at boot. One that was set for seconds, or is
wrong in one process, moves nothing, and one that is behind never turns the stream back.
"""

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.core.clock import MINUTE, SECOND, Clock, now

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NEAR = 2 * SECOND  # differences up to this are NTP's
SLEWED = 100  # one millisecond in so many is added or left out
SUSTAINED = MINUTE  # for so long every look must agree before a difference is believed
_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it
LEAPS = 50  # that are remembered; a machine makes one at most for each boot and each resume


class Reading(NamedTuple):
    """Both clocks of a machine at one moment. `boot` names its boot, "" where that cannot be told."""

    boot: str
    elapsed: int  # milliseconds since boot, sleep included
    wall: int  # milliseconds since 1970, as somebody may have set it


Look = Callable[[], Reading]


@cache
def _boot() -> str:
    """The environment comes first, since systemd's sandbox hides /proc/sys."""
    try:
        return (os.environ.get("BOOT_ID") or BOOT_ID.read_text()).strip().replace("-", "")
    except OSError:
        return ""


def milliseconds_since_boot() -> int:
    """The same for all processes of this machine."""
    return (time.monotonic_ns() if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME)) // 1_000_000


def machine() -> Reading:
    """Looks at the clocks of this machine."""
    return Reading(_boot(), milliseconds_since_boot(), now())


def handed_in(clock: Clock) -> Look:
    """Makes one clock serve as both, for tests and benchmarks that move time themselves."""
    return lambda: Reading("handed in", clock(), clock())


class Leap(NamedTuple):
    """Stream time that never passed: from `to - skipped` to `to`, in milliseconds."""

    to: int
    skipped: int


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """Where the stream's time starts from; kept in its row as JSON, moved on by whoever writes."""

    boot: str = ""
    elapsed: int = 0  # milliseconds since boot, when it was set
    time: int = 0  # the stream's time then; 0 for an anchor that was never set
    slew: int = 0  # milliseconds to be made up for, or to be waited for, from then on
    ahead: int = 0  # by how much the wall clock was seen to be ahead, or behind; 0 when it was near
    since: int = 0  # `elapsed` when that was first seen
    leaps: tuple[Leap, ...] = ()  # oldest first

    def covers(self, reading: Reading) -> bool:
        """Whether this anchor is of the same boot."""
        if not self.time:
            return False
        return self.boot == reading.boot if reading.boot else reading.elapsed > self.elapsed - SECOND

    def at(self, elapsed: int) -> int:
        """The stream's time in milliseconds. The same for all processes, since only the anchor decides."""
        passed = max(0, elapsed - self.elapsed)
        if not self.slew:
            return self.time + passed
        bound = passed // SLEWED
        return self.time + passed + max(-bound, min(bound, self.slew))

    def moved(self, reading: Reading, last: int) -> "Anchor":
        """The anchor after a look at the clocks, by somebody who writes; `last` is the newest stamp that was given."""
        if not self.covers(reading):
            return self._anew(reading, last)
        now = max(self.at(reading.elapsed), last)
        ahead = reading.wall - now
        if -NEAR <= ahead <= NEAR:
            due = self.ahead or reading.elapsed - self.elapsed >= SECOND
            return self._set(reading, now, ahead) if due else self
        if abs(ahead - self.ahead) > NEAR:
            return self._set(reading, now, 0, ahead, reading.elapsed)
        if reading.elapsed - self.since < SUSTAINED:
            return self
        if ahead > 0:
            return self._set(reading, reading.wall, 0, leaps=self._with(Leap(reading.wall, ahead)))
        due = reading.elapsed - self.elapsed >= SECOND
        return self._set(reading, now, -NEAR, self.ahead, self.since) if due else self

    def trim_before(self, now: int, retention: int) -> int:
        """Stamps before this have been held for `retention` milliseconds of time that did pass."""
        for leap in reversed(self.leaps):
            passed = max(0, now - leap.to)
            if passed >= retention:
                break
            retention -= passed
            now = leap.to - leap.skipped
        return now - retention

    def _anew(self, reading: Reading, last: int) -> "Anchor":
        """After a boot: how long the machine was off, or whether its clock is right now, nobody can tell."""
        time = max(reading.wall, last + 1)
        skipped = time - max(last, self.time)
        leaps = self._with(Leap(time, skipped)) if last and skipped > MINUTE else self.leaps
        return Anchor(reading.boot, reading.elapsed, time, leaps=leaps)

    def _set(
        self,
        reading: Reading,
        time: int,
        slew: int,
        ahead: int = 0,
        since: int = 0,
        leaps: tuple[Leap, ...] | None = None,
    ) -> "Anchor":
        leaps = self.leaps if leaps is None else leaps
        return Anchor(self.boot, max(self.elapsed, reading.elapsed), time, slew, ahead, since, leaps)

    def _with(self, leap: Leap) -> tuple[Leap, ...]:
        """Too many leaps: the two oldest become one, so that nothing is trimmed early."""
        leaps = (*self.leaps, leap)
        if len(leaps) > LEAPS:
            (_, first), (to, second), *rest = leaps
            leaps = (Leap(to, first + second), *rest)
        return leaps


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Anchor).decode


def to_text(anchor: Anchor) -> str:
    return _encode(anchor).decode()


def from_text(text: str) -> Anchor:
    """Raises msgspec.DecodeError for a damaged one."""
    return _decode(text) if text else Anchor()
