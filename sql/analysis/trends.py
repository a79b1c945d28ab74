"""Describes how a value moves while a stream runs: upwards, downwards or not at all, and by which steps of row time."""

from dataclasses import dataclass, replace
from fractions import Fraction

from sql.plan.expressions import Expr, RowTime
from sql.plan.nodes import Period
from sql.types import TIMESTAMP

CALENDAR = ("YEAR", "MONTH")
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Clock:
    """Is a value that the row time t, in milliseconds, alone gives: rate * grain * floor((t + shift) / grain) + added.

    `grain` is the length of a step in milliseconds. With `unit`, YEAR or MONTH, a step is one of the calendar in UTC.
    """

    rate: Fraction = Fraction(1)
    shift: int = 0
    grain: int = 1
    unit: str = ""
    added: Fraction = Fraction(0)

    @property
    def period(self) -> Period:
        if self.unit:
            return Period(unit=self.unit)
        return Period(size=self.grain, offset=-self.shift % self.grain)

    def moved(self, by: Fraction) -> "Clock":
        """Returns the clock of value + by."""
        milliseconds = by / self.rate
        fits = milliseconds.denominator == 1 and milliseconds.numerator % self.grain == 0 and not self.unit
        return replace(self, shift=self.shift + int(milliseconds)) if fits else replace(self, added=self.added + by)

    def scaled(self, by: Fraction) -> "Clock | None":
        """Returns the clock of value * by, for a number above 0."""
        return replace(self, rate=self.rate * by, added=self.added * by) if by > 0 and not self.unit else None

    def cut(self, width: Fraction) -> "Clock | None":
        """Returns the clock of floor(value / width) * width, if steps of that width end where its own do."""
        milliseconds = width / self.rate
        whole = milliseconds.denominator == 1 and milliseconds.numerator % self.grain == 0
        fits = whole and milliseconds > 0 and not self.unit and not self.added
        return replace(self, grain=int(milliseconds)) if fits else None

    def raised(self, width: Fraction) -> "Clock | None":
        """Returns the clock of ceiling(value / width) * width, under the same condition."""
        cut = self.cut(width)
        return cut and replace(cut, shift=cut.shift + cut.grain - self.grain)

    def of_calendar(self, unit: str) -> "Clock | None":
        """Returns the clock of FLOOR(value TO unit), if the value is a time in milliseconds."""
        fits = self.rate == 1 and self.shift == 0 and not self.added and (self.unit or _DAY % self.grain == 0)
        return Clock(unit=unit) if fits else None

    def is_level(self, period: Period) -> bool:
        """Returns whether the value stays the same within each step of a period."""
        if self.unit or period.unit:
            return self.period == period
        return self.grain % period.size == 0 and (self.period.offset - period.offset) % period.size == 0

    def seen_after(self) -> "Clock":
        """Returns the clock of the value in a row that leaves at the end of its step, by the time of that end."""
        return replace(self, shift=self.shift - 1)


@dataclass(frozen=True, slots=True)
class Trend:
    """Says how a value moves: `direction` is 1 upwards, -1 downwards, 0 not at all. Upwards may be level for a time.

    A column with a clock has `timed`: its value as an expression of the row time alone.
    """

    direction: int
    clock: Clock | None = None
    timed: Expr | None = None


UP = Trend(1)
CONSTANT = Trend(0)
ROW_TIME = Trend(1, Clock(), RowTime(type=TIMESTAMP, nullable=False))
