"""Writes the loop of a segment: expressions first, then state; a row that fails is told of and left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sql.codegen.calls import Site
from sql.codegen.conversions import Conversions
from sql.codegen.frames import Columns, FrameCode
from sql.codegen.graph import Segment, Stateful
from sql.codegen.lines import Lines, Mark
from sql.codegen.names import Names
from sql.codegen.scope import Later, Scope, Value
from sql.plan.expressions import Expr
from sql.plan.nodes import Aggregate, Call, Column, Filter, Over, Project


@dataclass(frozen=True, slots=True)
class Layout:
    """Says where a loop finds the values of its rows: in the attributes of these names, or without any, in tuples."""

    attributes: tuple[str, ...] = ()

    def text(self, slot: int) -> str:
        return f"r.{self.attributes[slot]}" if self.attributes else f"r[{slot}]"

    def values(self, row: Any, width: int) -> tuple[Any, ...]:
        """Returns the first values of a row."""
        return tuple(getattr(row, name) for name in self.attributes[:width]) if self.attributes else row[:width]


@dataclass(slots=True)
class Loop:
    """Holds the code of a segment: its function's name, lines with marks, and further functions."""

    name: str
    lines: list[str]
    marks: dict[int, Mark]
    functions: list[str]
    frames: list[list[FrameCode]] = field(default_factory=list)  # of each Over


class LoopWriter:
    """Writes one segment."""

    def __init__(self, names: Names, conversions: Conversions, segment: Segment, layout: Layout) -> None:
        self._names, self._segment, self._layout = names, segment, layout
        self._lines, self._head = Lines(), Lines()
        self._functions: list[str] = []
        self._after: list[str] = []
        self._frames: list[list[FrameCode]] = []
        width = len(segment.columns)
        values: list[Value] = [self._slot(slot) for slot in range(width + len(segment.extras))]
        self._input = values
        self._scope = Scope(names, self._lines, conversions, self._functions, values)

    def _slot(self, slot: int) -> Later:
        text = self._layout.text(slot)
        return Later(lambda: text)

    def write(self) -> Loop:
        """Returns the code of the loop."""
        self._lines.indent(3)
        sliding = iter(self._segment.sliding)
        for node in self._segment.chain:
            if isinstance(node, Filter):
                self._filter(node)
            elif isinstance(node, Project):
                self._project(node)
            elif isinstance(node, Over):
                self._over(node, next(sliding))
        self._sink()
        return self._finished()

    def _finished(self) -> Loop:
        name = self._names.fresh("run")
        head = [f"def {name}(rows, t):", "    out = []", "    add = out.append", *self._head.texts]
        head += ["    for r in rows:", "        try:"]
        fault = self._names.make(lambda run: run.fault_of(self._segment), "fault")
        tail = ["        except FAULTS as error:", f"            {fault}(r, error, t)", *self._after, "    return out"]
        marks = {line + len(head): mark for line, mark in self._lines.marks.items()}
        body = self._lines.texts or ["            pass"]
        return Loop(name, [*head, *body, *tail], marks, self._functions, self._frames)

    def _filter(self, node: Filter) -> None:
        condition = self._scope.writer.true(node.condition)
        self._lines.add(f"if not {condition}:", _mark("", node.condition))
        self._lines.add("    continue")

    def _project(self, node: Project) -> None:
        marks = [_mark(column.name, item) for column, item in zip(node.columns, node.items, strict=True)]
        items = zip(node.items, marks, strict=True)
        self._scope = self._scope.over([self._scope.item(item, mark) for item, mark in items])

    def _over(self, node: Over, operator: Stateful) -> None:
        """Writes all frames of sliding windows: all expressions, all rooms and windows, then each frame's step."""
        names, columns = self._names, node.columns[len(node.columns) - len(node.calls) :]
        keys = [self._key(frame.partition) for frame in node.frames]
        known = Columns()
        sites = [self._site(call, known) for call in node.calls]
        frames = []
        for number, frame in enumerate(node.frames):
            mine = [(place, site) for place, site in enumerate(sites) if site.call.frame == number]
            frames.append(FrameCode(names, frame, mine))
        self._frames.append(frames)
        windows = [self._find(operator, number, code, keys[number]) for number, code in enumerate(frames)]
        found: dict[int, str] = {}
        for number, code in enumerate(frames):
            found |= self._step(operator, number, code, windows[number], node.calls, columns)
        self._scope = self._scope.over([*self._scope.values, *(found[place] for place in range(len(node.calls)))])

    def _key(self, keys: Sequence[Expr]) -> str:
        texts = [self._scope.name(key, _mark("", key)) for key in keys]
        return texts[0] if len(texts) == 1 else f"({', '.join(texts)}{',' if texts else ''})"

    def _site(self, call: Call, known: Columns) -> Site:
        if call.function == "COUNT" and call.args and not call.args[0].nullable and not call.distinct:
            call = Call(function="COUNT", args=(), type=call.type, frame=call.frame, written=call.written)
        mark = Mark("", call.written, call.span)
        values = [self._scope.name(arg, mark) for arg in call.args]
        args = [known.of(call, values[0])] if values else []
        return Site(call, args, values)

    def _find(self, operator: Stateful, number: int, code: FrameCode, key: str) -> str:
        """Writes the search of a row's window; a row that would pass a bound fails here, before any state changes."""
        names, at = self._names, (operator.number, number)
        get = names.make(lambda run: run.frame(*at).windows.get, "get")
        opened = names.make(lambda run: run.frame(*at).opened, "open")
        if code.ranged:
            begin = names.make(lambda run: run.frame(*at).begin, "begin")
            full = names.make(lambda run: run.frame(*at).full, "full")
            entered = names.make(lambda run: run.frame(*at).entered, "entered")
            room, count = names.fresh("room"), names.fresh("n")
            code.counted = count
            for line in (f"{code.low} = t - {code.frame.range}", f"{room} = {begin}(t)", f"{count} = 0"):
                self._head.add(f"    {line}")
            self._after.append(f"    {entered}(t, {count})")
            self._lines.add(f"if {count} >= {room}:")
            self._lines.add(f"    {full}()")
        window = names.fresh("w")
        self._lines.add(f"{window} = {get}({key})")
        self._lines.add(f"if {window} is None:")
        self._lines.add(f"    {window} = {opened}({key})")
        return window

    def _step(
        self,
        operator: Stateful,
        number: int,
        code: FrameCode,
        window: str,
        calls: Sequence[Call],
        columns: Sequence[Column],
    ) -> dict[int, str]:
        """Writes the step of a frame and the values of its calls; returns their names."""
        unsaved = self._names.make(lambda run: run.frame(operator.number, number).unsaved.append, "save")
        if code.counted:
            self._lines.add(f"{code.counted} += 1")
        for line in [f"w = {window}", *code.step(), "if not w.u:", f"    {unsaved}(w)", "w.u += 1"]:
            self._lines.add(line)
        found = {}
        for place, text in code.results.items():
            found[place] = name = self._names.fresh()
            call = calls[place]
            self._lines.add(f"{name} = {text}", Mark(columns[place].name, call.written, call.span))
        return found

    def _sink(self) -> None:
        segment = self._segment
        if segment.sink is not None and isinstance(segment.sink.node, Aggregate):
            self._aggregate(segment.sink, segment.sink.node)
            return
        texts = [self._scope.name(expr, _mark("", expr)) for expr in segment.prefix]
        if segment.whole and not texts and self._is_input():
            self._lines.add("add(r)")
            return
        if segment.whole:
            texts += [self._scope.fetch(slot) for slot in range(len(self._scope.values))]
        self._lines.add(f"add(({', '.join(texts)}{',' if len(texts) == 1 else ''}))")

    def _is_input(self) -> bool:
        """Returns whether the row at the loop's end is the input row itself."""
        same = len(self._scope.values) == len(self._input) and all(
            one is other for one, other in zip(self._scope.values, self._input, strict=True)
        )
        return same and not self._layout.attributes

    def _aggregate(self, operator: Stateful, node: Aggregate) -> None:
        """Writes how a row joins its group: a list for each distinct argument takes its value."""
        names, number = self._names, operator.number
        value = self._scope.name(node.value, _mark("", node.value)) if node.period is None else ""
        key = self._key(node.keys)
        args = [self._scope.name(arg, mark) for arg, mark in arguments(node)]
        begin = names.make(lambda run: run.operators[number].begin, "begin")
        get = names.make(lambda run: run.operators[number].active.get, "get")
        opened = names.make(lambda run: run.operators[number].opened, "open")
        self._head.add(f"    {begin}(t, rows)")
        if value:
            state = names.make(lambda run: run.operators[number], "op")
            self._lines.add(f"if {value} != {state}.value:")
            self._lines.add(f"    {state}.turn(t, {value})")
        group = names.fresh("g")
        self._lines.add(f"{group} = {get}({key})")
        self._lines.add(f"if {group} is None:")
        self._lines.add(f"    {group} = {opened}({key})")
        appends = [group] if len(args) < 2 else [names.fresh("a") for _ in args]
        if len(args) > 1:
            self._lines.add(f"{', '.join(appends)} = {group}")
        for append, value in zip(appends, args or ["None"], strict=True):
            self._lines.add(f"{append}({value})")


def arguments(node: Aggregate) -> list[tuple[Expr, Mark]]:
    """Returns the distinct arguments of an Aggregate's calls, in the order of their first use."""
    found: dict[Expr, Mark] = {}
    for call in node.calls:
        for arg in call.args[:1]:
            found.setdefault(arg, Mark("", call.written, call.span))
    return list(found.items())


def _mark(column: str, expr: Expr) -> Mark:
    return Mark(column, expr.written, expr.span)
