"""Compiles the loops of a graph into one module of Python."""

from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from math import nan
from types import CodeType
from typing import Any

from sql.codegen.conversions import Conversions
from sql.codegen.depth import deeper_recursion
from sql.codegen.frames import FrameCode
from sql.codegen.graph import Graph, Segment
from sql.codegen.lines import Mark
from sql.codegen.lone import lone_functions
from sql.codegen.loops import Layout, Loop, LoopWriter
from sql.codegen.names import Names
from sql.functions import arithmetic, casting, registry, values
from sql.functions.function import FAULTS

Run = Callable[[Sequence[Any], int], list[Any]]
HELPERS: dict[str, object] = {
    **{name: getattr(values, name) for name in ("out_of_range", "fit_decimal", "fit_real", "fit_double", "INFINITY")},
    **arithmetic.NAMES,
    **casting.NAMES,
    **registry.NAMES,
    "FAULTS": FAULTS,
    "deque": deque,
    "nan": nan,
    "zero": Decimal(),
    "whole_array": partial(array, "q"),
    "float_array": partial(array, "d"),
}


@dataclass(slots=True)
class FrameMaker:
    """Names the functions of a frame's windows, with the slots of their class."""

    code: FrameCode
    new: str
    enter: str
    window: str


@dataclass(slots=True)
class Module:
    """Holds the compiled code of a graph. `marks` says which expression a line computes."""

    source: str
    code: CodeType
    names: Names
    loops: list[str]  # the names of the segments' functions
    marks: Mapping[int, Mark]
    frames: Mapping[tuple[int, int], FrameMaker]  # by operator and frame
    lone: Mapping[int, str]  # functions of expressions outside of loops, by the operator's number

    def bound(self, run: Any) -> dict[str, Any]:
        """Returns the global names of a run's own copy of the functions."""
        space = self.names.space(run)
        for maker in self.frames.values():
            space[maker.window] = type("Window", (), {"__slots__": maker.code.slots})
        exec(self.code, space)  # noqa: S102 - the source has no text of a user: see test_safety
        return space


def compile_graph(graph: Graph, layouts: Callable[[Segment], Layout], *, refuses: bool = False) -> Module:
    """Returns the module of a graph; `refuses` makes a text that is too long for its column a fault."""
    with deeper_recursion():
        return _compiled(graph, layouts, refuses=refuses)


def _compiled(graph: Graph, layouts: Callable[[Segment], Layout], *, refuses: bool) -> Module:
    names = Names(HELPERS)
    conversions = Conversions(refuses=refuses)
    texts: list[str] = []
    marks: dict[int, Mark] = {}
    loops: list[Loop] = []
    frames: dict[tuple[int, int], FrameMaker] = {}
    for segment in graph.segments:
        loop = LoopWriter(names, conversions, segment, layouts(segment)).write()
        loops.append(loop)
        for operator, codes in zip(segment.sliding, loop.frames, strict=True):
            for number, code in enumerate(codes):
                n = code.number
                frames[operator.number, number] = FrameMaker(code, f"new{n}", f"enter{n}", f"Window{n}")
                texts += code.functions()
        texts += loop.functions
        marks |= {line + len(texts): mark for line, mark in loop.marks.items()}
        texts += loop.lines
    lone = lone_functions(graph, names, conversions, texts)
    source = "\n".join(texts) + "\n"
    return Module(source, compile(source, "<sql>", "exec"), names, [loop.name for loop in loops], marks, frames, lone)
