"""Writes the values that a sliding window keeps up to date, row for row: counts, exact sums, extremes, and edges.

A window of a frame is an object of generated slots. Each running value has slots of its own, lines that take a row in,
and lines that let the oldest row go. `w` is the window, `x` the leaving value. Two calls share parts.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field

from sql.codegen.names import Names
from sql.types import Family, Type

NOTHING = "None"


@dataclass(slots=True)
class Argument:
    """Describes an argument of calls: the column of the window that holds its values, and its type."""

    column: str  # the slot of the window
    type: Type
    nullable: bool
    now: str = ""  # the name of the value in the current row

    @property
    def is_compact(self) -> bool:
        """Returns whether the column is an array of floats, in which NaN stands for NULL; no value is NaN."""
        return self.nullable and self.type.family == Family.APPROXIMATE

    @property
    def kept(self) -> str:
        """Returns the Python expression of the value that goes into the column."""
        return f"nan if {self.now} is None else {self.now}" if self.is_compact else self.now


@dataclass(slots=True)
class Running:
    """Collects the slots and lines of a frame's windows.

    `endless` is True where no row ever leaves. Rows are marked by their time or their number; `low` names the least
    mark that is still in the window, `mark` that of the current row.
    """

    names: Names
    endless: bool
    mark: str = "t"
    low: str = "low"
    slots: dict[str, str] = field(default_factory=dict)  # initial values by slot
    enter: list[str] = field(default_factory=list)
    leave: list[str] = field(default_factory=list)
    leaving: set[str] = field(default_factory=set)  # columns whose leaving values are needed
    _known: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def slot(self, initial: str) -> str:
        """Makes a slot; returns how it is written on the window `w`.

        Equal frames have equal slots, so that the windows of one version fit the code of the next.
        """
        name = f"z{len(self.slots) + 1}"
        self.slots[name] = initial
        return f"w.{name}"

    def _once(self, kind: str, arg: Argument, make: Callable[[], str], size: int = 0) -> str:
        key = kind, arg.column, size
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _add(self, arg: Argument, enter: list[str], leave: list[str]) -> None:
        """Adds lines for the values that are not NULL; `{x}` in them is the value."""
        for lines, into, value in ((enter, self.enter, arg.now), (leave, self.leave, f"x{arg.column}")):
            if lines and not (into is self.leave and self.endless):
                written = [line.replace("{x}", value) for line in lines]
                given = f"{value} == {value}" if into is self.leave and arg.is_compact else f"{value} is not None"
                into += [f"if {given}:", *("    " + line for line in written)] if arg.nullable else written
                if into is self.leave:
                    self.leaving.add(arg.column)

    def count(self, arg: Argument) -> str:
        """Returns the slot that counts the values that are not NULL."""

        def make() -> str:
            slot = self.slot("0")
            self._add(arg, [f"{slot} += 1"], [f"{slot} -= 1"])
            return slot

        return self._once("count", arg, make)

    def total(self, arg: Argument) -> tuple[str, str]:
        """Returns the exact sum as a number and the whole number that divides it, "" where that is 1."""
        if arg.type.family == Family.APPROXIMATE:
            return self._pair("total", arg)

        def make() -> str:
            if arg.type.family == Family.EXACT:
                slot = self.slot("zero")
                self._add(arg, [f"{slot} = decimal_add({slot}, {{x}})"], [f"{slot} = decimal_subtract({slot}, {{x}})"])
            else:
                slot = self.slot("0")
                self._add(arg, [f"{slot} += {{x}}"], [f"{slot} -= {{x}}"])
            return slot

        return self._once("total", arg, make), ""

    def squares(self, arg: Argument) -> tuple[str, str]:
        """Returns the exact sum of the squares, as `total` does."""
        if arg.type.family == Family.APPROXIMATE:
            return self._pair("squares", arg, square=True)

        def make() -> str:
            if arg.type.family == Family.EXACT:
                slot, square = self.slot("zero"), "decimal_multiply({x}, {x})"
                enter, leave = f"decimal_add({slot}, {square})", f"decimal_subtract({slot}, {square})"
                self._add(arg, [f"{slot} = {enter}"], [f"{slot} = {leave}"])
            else:
                slot = self.slot("0")
                self._add(arg, [f"{slot} += {{x}} * {{x}}"], [f"{slot} -= {{x}} * {{x}}"])
            return slot

        return self._once("squares", arg, make), ""

    def _pair(self, kind: str, arg: Argument, *, square: bool = False) -> tuple[str, str]:
        """Keeps an exact sum of floats, or of their squares: a whole number, and the power of two that divides it.

        The lines are those of `exact.plus`, written out: a call would take a third of the time.
        """

        def make() -> str:
            total, below = self.slot("0"), self.slot("1")
            self._add(
                arg, self._exactly(total, below, "+", square=square), self._exactly(total, below, "-", square=square)
            )
            return f"{total} {below}"

        found, below = self._once(kind, arg, make).split()
        return found, below

    def _exactly(self, total: str, below: str, sign: str, *, square: bool) -> list[str]:
        squared = ["p *= p", "q *= q"] if square else []
        return [
            "p, q = {x}.as_integer_ratio()",
            *squared,
            f"if q <= {below}:",
            f"    {total} {sign}= p * ({below} // q)",
            "else:",
            f"    {total} = {total} * (q // {below}) {sign} p",
            f"    {below} = q",
        ]

    def extreme(self, arg: Argument, sign: str) -> str:
        """Returns the Python expression of the least value (`sign` is <) or the greatest one (>)."""

        def make() -> str:
            if self.endless:
                slot = self.slot(NOTHING)
                self._add(arg, [f"if {slot} is None or {{x}} {sign} {slot}:", f"    {slot} = {{x}}"], [])
                return slot
            d = self._queue()
            worse = f"while {d} and not {d}[-1][1] {sign} {{x}}:"
            self._add(arg, [worse, f"    {d}.pop()", f"{d}.append(({self.mark}, {{x}}))"], [])
            return f"({d}[0][1] if {d} else None)"

        return self._once("extreme" + sign, arg, make)

    def _queue(self) -> str:
        """Makes a queue of pairs of mark and value, without the pairs that left the window."""
        d = self.slot("deque()")
        self.enter += [f"while {d} and {d}[0][0] < {self.low}:", f"    {d}.popleft()"]
        return d

    def position(self, arg: Argument, place: int, *, last: bool, ignores: bool) -> tuple[str, str]:
        """Returns the conditions under which there is a row at a place, from 1, and the expression of its value.

        It is counted from the window's last row if `last`, among the values that are not NULL if `ignores`.
        """
        ignores = ignores and arg.nullable
        if self.endless:
            d = self._edge(arg, place, last=last, ignores=ignores)
            return f"len({d}) >= {place}", f"{d}[{-place if last else place - 1}]"
        if ignores:

            def make() -> str:
                queue = self._queue()
                self._add(arg, [f"{queue}.append(({self.mark}, {{x}}))"], [])
                return queue

            d = self._once("present", arg, make)
            return f"len({d}) >= {place}", f"{d}[{-place if last else place - 1}][1]"
        at = f"-{place}" if last else f"g + {place - 1}"
        text = f"w.{arg.column}[{at}]"
        if arg.is_compact:
            name = self.names.fresh()
            text = f"(None if ({name} := {text}) != {name} else {name})"
        return f"n >= {place}", text

    def _edge(self, arg: Argument, place: int, *, last: bool, ignores: bool) -> str:
        """Keeps the first or the last few values of a window that no row leaves."""

        def make() -> str:
            d = self.slot("deque()" if last else "[]")
            if last:
                lines = [f"{d}.append({{x}})", f"if len({d}) > {place}:", f"    {d}.popleft()"]
            else:
                lines = [f"if len({d}) < {place}:", f"    {d}.append({{x}})"]
            every = Argument(arg.column, arg.type, nullable=arg.nullable and ignores, now=arg.now)
            self._add(every, lines, [])
            return d

        return self._once(f"edge{last}{ignores}", arg, make, place)

    def distinct(self, arg: Argument) -> str:
        """Returns the dict that counts each value."""

        def make() -> str:
            d = self.slot("{}")
            leave = [f"left = {d}[{{x}}] - 1", "if left:", f"    {d}[{{x}}] = left", "else:", f"    del {d}[{{x}}]"]
            self._add(arg, [f"{d}[{{x}}] = {d}.get({{x}}, 0) + 1"], leave)
            return d

        return self._once("distinct", arg, make)

    def ordered(self, arg: Argument) -> str:
        """Returns the list of the values in order."""

        def make() -> str:
            d = self.slot("[]")
            into, find = self.names.bind(insort, "f"), self.names.bind(bisect_left, "f")
            self._add(arg, [f"{into}({d}, {{x}})"], [f"del {d}[{find}({d}, {{x}})]"])
            return d

        return self._once("ordered", arg, make)

    def holding(self, arg: Argument, *, truth: bool) -> str:
        """Returns the slot that counts the conditions that are TRUE, or FALSE."""

        def make() -> str:
            slot = self.slot("0")
            self._add(arg, [f"{slot} += {{x}} is {truth}"], [f"{slot} -= {{x}} is {truth}"])
            return slot

        return self._once(f"holding{truth}", arg, make)
