"""Writes the step of one frame of a sliding window: the current row enters, the rows past the frame leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sql.codegen.calls import Site, result
from sql.codegen.names import Names
from sql.codegen.running import Argument, Running
from sql.plan.nodes import Call, Frame
from sql.types import Family, Type

KEPT = 99  # rows that left a window and still lie in its columns, at least
WHOLE = {Family.WHOLE, Family.DATE, Family.TIME, Family.TIMESTAMP, Family.INTERVAL}


class FrameCode:
    """Writes the code of one frame of an Over.

    `columns` are the arguments that its windows keep, one for each distinct expression; `results` are the expressions
    of its calls by their places among all calls.
    """

    def __init__(self, names: Names, frame: Frame, sites: Sequence[tuple[int, Site]]) -> None:
        self.frame = frame
        self.number = names.fresh("")
        self.counted = ""  # the name that counts the rows of a batch
        self.ranged = frame.range is not None
        self.endless = frame.range is None and frame.rows is None
        self.columns = list({site.args[0].column: site.args[0] for _, site in sites if site.args}.values())
        self.low = f"low{self.number}" if self.ranged else "low"
        self._running = Running(names, self.endless, "t" if self.ranged else "e", self.low)
        self.results = {place: result(names, self._running, site) for place, site in sites}

    def step(self) -> list[str]:
        """Returns the lines that take the current row into the window `w`; they set `n` and `g`."""
        held = [] if self.endless else self.columns
        lines = [f"w.{arg.column}.append({arg.kept})" for arg in held]
        if self.ranged:
            lines = ["ts = w.t", "ts.append(t)", *lines, "g = w.g", *self._leave_by_time(), "n = len(ts) - g"]
        elif self.endless:
            lines += ["n = w.e + 1", "w.e = n"]
        else:
            lines += self._leave_by_number()
        return [*lines, *self._running.enter]

    def _gone(self) -> list[str]:
        """Returns the lines for the row at `g`, which leaves."""
        taken = [f"x{name} = w.{name}[g]" for name in sorted(self._running.leaving)]
        return [*taken, *self._running.leave, "g += 1"]

    def _leave_by_time(self) -> list[str]:
        inner = [f"while ts[g] < {self.low}:", *("    " + line for line in self._gone()), "w.g = g"]
        inner += [f"if g > {KEPT} and g + g > len(ts):", f"    g = trim{self.number}(w, g)"]
        return [f"if ts[g] < {self.low}:", *("    " + line for line in inner)]

    def _leave_by_number(self) -> list[str]:
        rows = self.frame.rows
        lines = ["e = w.e + 1", "w.e = e", f"low = e - {rows} + 1", "g = w.g", f"n = e if e < {rows} else {rows}"]
        if not self.columns:
            return lines
        inner = [*self._gone(), "w.g = g"]
        inner += [f"if g > {KEPT} and g > {rows}:", f"    g = trim{self.number}(w, g)"]
        return [*lines, f"if e > {rows}:", *("    " + line for line in inner)]

    def functions(self) -> list[str]:
        """Returns the functions that make a window, take in a row of its history, and shorten its columns."""
        number, values = self.number, [arg.now for arg in self.columns]
        slots = {"key": "key", "u": "0", **self._places(), **self._running.slots}
        names = [arg.column for arg in self.columns] + (["t"] if self.ranged else [])
        return [
            f"def new{number}(key):",
            f"    w = Window{number}()",
            *(f"    w.{name} = {initial}" for name, initial in slots.items()),
            "    return w",
            *(self._fill(values) if self.ranged else self._enter(values)),
            f"def trim{number}(w, g):",
            *(f"    del w.{name}[:g]" for name in names),
            "    w.g = 0",
            "    return 0",
        ]

    def _enter(self, values: list[str]) -> list[str]:
        """Returns the function that takes in a row of a stored window."""
        head = f"def enter{self.number}({', '.join(['w', *values])}):"
        return [head, *("    " + line for line in self.step())]

    def _fill(self, values: list[str]) -> list[str]:
        """Returns the function that takes in rows of the history, from their times and columns: none of them leaves."""
        lists = [f"{arg.column}s" for arg in self.columns]
        enter = self._running.enter
        loop = [f"for {', '.join(['t', *values])}, in zip(ts, {', '.join(lists)}):", *("    " + line for line in enter)]
        return [
            f"def enter{self.number}({', '.join(['w', 'ts', *lists])}):",
            "    w.t.extend(ts)",
            *(f"    w.{arg.column}.extend({_filling(arg)})" for arg in self.columns),
            f"    {self.low} = 0",
            *("    " + line for line in (loop if enter else [])),
        ]

    def _places(self) -> dict[str, str]:
        if self.endless:
            return {"e": "0"}
        columns = {arg.column: initial(arg.type, nullable=arg.nullable) for arg in self.columns}
        return {"g": "0", **columns, **({"t": "whole_array()"} if self.ranged else {"e": "0"})}

    @property
    def slots(self) -> tuple[str, ...]:
        """Returns the slots of the class of windows."""
        return ("key", "u", *self._places(), *self._running.slots)

    @property
    def running_slots(self) -> tuple[str, ...]:
        """Returns the slots with values that are kept up to date."""
        return tuple(self._running.slots)


def initial(of: Type, *, nullable: bool) -> str:
    """Returns the expression of an empty column: an array, at 8 bytes a value, where the values allow it."""
    if of.family == Family.APPROXIMATE:
        return "float_array()"
    return "whole_array()" if of.family in WHOLE and not nullable else "[]"


def _filling(arg: Argument) -> str:
    """Returns the Python expression of the values that go into a column, from a list of them."""
    listed = f"{arg.column}s"
    return f"[nan if x is None else x for x in {listed}]" if arg.is_compact else listed


@dataclass(slots=True)
class Columns:
    """Finds the argument of an expression; equal expressions of one Over are one argument."""

    known: dict[object, Argument] = field(default_factory=dict)

    def of(self, call: Call, now: str) -> Argument:
        """Returns the argument for a call's first expression, whose value in the current row has the name `now`."""
        expr = call.args[0]
        if expr not in self.known:
            self.known[expr] = Argument(f"c{len(self.known) + 1}", expr.type, expr.nullable, now)
        return self.known[expr]
