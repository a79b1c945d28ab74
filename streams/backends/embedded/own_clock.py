"""Keeps the embedded stream's own time, which a change of the machine's clock does not move.

All processes of one boot share the seconds since it began (CLOCK_BOOTTIME), which nobody can set. So the stream
keeps an anchor: at that moment since boot, it was that time. Its time runs on from there. It follows the wall clock in
two ways only. A difference of up to two seconds, which NTP makes, is corrected by running at most 1 % faster or
slower. A wall clock that is further ahead is followed in one leap, once every look of a whole minute has seen the same
difference: a virtual machine that was resumed, or a clock that was wrong at boot. A clock that was set for seconds, or
is wrong in one process, moves nothing, and one that is behind never turns the stream back.
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
SLEWED = 100  # one millisecond in this many is added or left out
SUSTAINED = MINUTE  # all looks must agree for this long before a difference is believed
_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it
LEAPS = 50  # leaps that are remembered; a machine makes at most one for each boot and each resume


class Reading(msgspec.Struct, frozen=True, gc=False):
    """Holds both clocks of a machine at one moment. `boot` is the id of its boot, "" if it is unknown."""

    boot: str
    elapsed: int  # milliseconds since boot, sleep included
    wall: int  # milliseconds since 1970, by a clock that an operator may set


Look = Callable[[], Reading]


@cache
def _boot() -> str:
    """Returns the id of this boot. The environment comes first, because systemd's sandbox hides /proc/sys."""
    try:
        return (os.environ.get("BOOT_ID") or BOOT_ID.read_text()).strip().replace("-", "")
    except OSError:
        return ""


def milliseconds_since_boot() -> int:
    """Returns the time since boot, which is the same for all processes of this machine."""
    return (time.monotonic_ns() if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME)) // 1_000_000


def machine() -> Reading:
    """Reads the clocks of this machine."""
    return Reading(_boot(), milliseconds_since_boot(), now())


def handed_in(clock: Clock) -> Look:
    """Returns a look in which one clock serves as both, for tests and benchmarks that move time themselves."""
    return lambda: Reading("handed in", clock(), clock())


class Leap(NamedTuple):
    """Describes stream time that never passed: from `to - skipped` to `to`, in milliseconds."""

    to: int
    skipped: int


class Anchor(msgspec.Struct, frozen=True, array_like=True):
    """Fixes the stream's time to a moment since boot. The stream's row keeps it as JSON; each writer moves it on."""

    boot: str = ""
    elapsed: int = 0  # milliseconds since boot when the anchor was set
    time: int = 0  # the stream's time at that moment; 0 for an anchor that was never set
    slew: int = 0  # milliseconds to gain, or to lose if negative, from then on
    ahead: int = 0  # how far the wall clock was ahead, or behind if negative; 0 if it was near
    since: int = 0  # `elapsed` at the first look that saw that difference
    leaps: tuple[Leap, ...] = ()  # oldest first

    def covers(self, reading: Reading) -> bool:
        """Returns whether this anchor is of the same boot."""
        if not self.time:
            return False
        return self.boot == reading.boot if reading.boot else reading.elapsed > self.elapsed - SECOND

    def at(self, elapsed: int) -> int:
        """Returns the stream's time in milliseconds. All processes get the same, since only the anchor decides."""
        passed = max(0, elapsed - self.elapsed)
        if not self.slew:
            return self.time + passed
        bound = passed // SLEWED
        return self.time + passed + max(-bound, min(bound, self.slew))

    def moved(self, reading: Reading, last: int) -> "Anchor":
        """Returns the anchor after a writer's look at the clocks; `last` is the newest stamp that was given."""
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
        """Returns the time before which stamps are older than `retention` milliseconds of time that really passed."""
        for leap in reversed(self.leaps):
            passed = max(0, now - leap.to)
            if passed >= retention:
                break
            retention -= passed
            now = leap.to - leap.skipped
        return now - retention

    def _anew(self, reading: Reading, last: int) -> "Anchor":
        """Returns the anchor after a boot: how long the machine was off, or whether its clock is right, is unknown."""
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
        """Returns the leaps with one more. Of too many, the two oldest become one, so that nothing is trimmed early."""
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
    """Parses an anchor. Raises msgspec.DecodeError for a damaged one."""
    return _decode(text) if text else Anchor()
