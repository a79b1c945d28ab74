"""Runs a plan: rows through its loops and operators, timers in the order of time, and state as changes.

A step takes the rows of one row time through all segments. Before it, every timer that is due fires, each time in a
step of its own. So the rows that leave are a function of the records alone: not of how these are cut into pages, and
not of how often `advance` is called.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sql.codegen.graph import Segment
from sql.engine.contract import Kept, Operator, Packet, Results, Row
from sql.engine.faults import Faults, OperatorReport, TakeFault
from sql.engine.making import Maker, attach
from sql.engine.operators.lookup import LookupJoinOperator, Table
from sql.engine.operators.sliding import SlidingFrame, SlidingOperator
from sql.engine.operators.tumbling import TumblingOperator
from sql.engine.pieces import Pieces
from sql.engine.room import NARROW, Room, width_of
from sql.engine.storing import joined, opened, stored_name
from sql.engine.tables import TableValues
from streams.core.processor import Processor
from streams.core.records import Batch, DeadRecord
from streams.core.state import State, StateChange, StateKey

if TYPE_CHECKING:
    from sql.program import Program

NEVER = 1 << 62
CUT = "cut:"  # before a column's name, in a count of texts that were cut


class _Stage:
    """Holds a segment at run time."""

    __slots__ = ("add", "drain", "fires", "narrow", "run", "segment", "side", "source", "stream", "target")

    def __init__(self, segment: Segment, run: Callable[[Sequence[Any], int], list[Row]]) -> None:
        assert segment.target is not None
        self.source, self.target, self.side, self.stream = segment.source, segment.target, segment.side, segment.stream
        self.segment, self.narrow, self.run = segment, width_of(segment) <= NARROW, run
        self.add: Callable[[int, list[Row], int], list[Row]] | None = None
        self.drain: Callable[[], list[Row]] | None = None
        self.fires: list[tuple[Operator, int]] = []  # operators with the buffers of their rows


class Engine(Processor[bytes, Results]):
    """Computes the results of one lease. The events of `add` are the datas of the records."""

    def __init__(self, program: "Program", state: State, tables: Mapping[str, Table] = {}, start: int = 0) -> None:
        """Begins from a state. `start` is the time of CURRENT_TIMESTAMP, where it is that of the start."""
        self.start = start
        self._tables = tables
        self.operators: list[Any] = []
        self._results: list[Packet] = []
        names = program.identities
        stored = opened(state, names)
        self._meta, self._time = stored.meta, stored.meta.time
        self._stale: list[StateKey] = list(stored.stale)
        self._pieces = Pieces(stored.pieces)
        self._faults = Faults()
        self._room = Room(self._faults)
        self._reports: dict[str, OperatorReport] = {}
        self._begin(program, stored.kept, {})

    def _begin(self, program: "Program", kept: Mapping[str, Kept], running: Mapping[str, Any]) -> None:
        """Makes the operators, takes over the running ones of equal names, and binds the loops to them."""
        self._program = program
        module, graph = program.module, program.graph
        self._faults.read(module.marks, program.plan.text, graph.inputs)
        self._layouts = {id(segment): program.layout(segment) for segment in graph.segments}
        self._space: dict[str, Any] = {}
        maker = Maker(module, program.settings, program.lineage, self._tables, self._space)
        self._names = list(program.identities)
        self.operators = []
        for name, each in zip(self._names, graph.operators, strict=True):
            report = self._reports.setdefault(name, OperatorReport(self._faults, each))
            report.operator = each
            self.operators.append(running.get(name) or maker.make(each, kept.get(name, Kept()), report))
        self._space |= module.bound(self)
        for number, (name, operator) in enumerate(zip(self._names, self.operators, strict=True)):
            if isinstance(operator, SlidingOperator):
                attach(operator, number, module, self._space)
                if name not in running:
                    operator.restore(kept.get(name, Kept()))
        self._decoder = program.decoder()
        self._stages = self._staged()
        self._empty: list[list[Any]] = [[] for _ in range(graph.buffers)]
        self._buffers = list(self._empty)
        self._due = self._next_due()

    def _staged(self) -> list[_Stage]:
        """Returns the segments with their operators; an operator fires before its first input is read."""
        module, graph = self._program.module, self._program.graph
        stages = []
        seen: set[int] = set()
        for segment, name in zip(graph.segments, module.loops, strict=True):
            stage = _Stage(segment, self._space[name])
            stages.append(stage)
            for each in [*segment.sliding, *([segment.sink] if segment.sink else [])]:
                if each.number not in seen:
                    seen.add(each.number)
                    stage.fires.append((self.operators[each.number], -1 if each.target is None else each.target))
            operator = None if segment.sink is None else self.operators[segment.sink.number]
            if isinstance(operator, TumblingOperator):
                stage.drain = operator.drain
            elif operator is not None:
                stage.add = operator.add
        return stages

    # Generated code asks these when it is bound.

    def frame(self, operator: int, number: int) -> SlidingFrame:
        """Returns a frame of a sliding window."""
        return self.operators[operator].frames[number]  # type: ignore[no-any-return]

    def fault_of(self, segment: Segment) -> TakeFault:
        """Returns the function that takes the faults of a segment's rows."""
        return self._faults.loop(segment, self._layouts[id(segment)])

    def cutter(self, column: str) -> Callable[[str, int], str]:
        """Returns the function that cuts a text to a column's length, and counts it."""
        name = CUT + column

        def cut(text: str, length: int) -> str:
            self._faults.counts[name] += 1
            return text[:length]

        return cut

    def values(self, table: str, slot: int) -> TableValues:
        """Returns the values of a column of a reference table."""
        return TableValues(lambda: self._tables[table], slot)

    # The contract of a processor.

    def add(self, batch: Batch, events: Sequence[bytes]) -> Sequence[DeadRecord]:
        """Takes records of one arrival time; returns those that no pump could use."""
        time = batch.arrived if batch.arrived > self._time else self._time
        if time >= self._due:
            self._fire(time)
        self._time = time
        program = self._program
        decoded = self._decoder.decode(events, program.beside(batch) if program.extras else None)
        rows = decoded.rows
        places: Sequence[int] | None = decoded.places
        dead = self._refused(batch, decoded.refused) if decoded.refused else []
        for column, number in decoded.cut.items():
            self._faults.counts[CUT + column] += number
        if program.lineage is not None:
            rows, places, strangers = program.under_own_keys(batch, rows, places)
            dead += strangers
        self._faults.begin(batch, rows, places)
        if rows:
            self._pass(rows, time, batch, places)
            self._faults.end()
        return dead

    def _refused(self, batch: Batch, refused: Sequence[tuple[int, Any]]) -> list[DeadRecord]:
        """Tells of the rows that could not be read; returns their records, each once."""
        dead: dict[int, DeadRecord] = {}
        for at, error in refused:
            self._faults.record(batch, at, self._time, error)
            if at not in dead:
                sequence, key, data = batch.sequences[at], batch.keys[at], batch.datas[at]
                dead[at] = DeadRecord(sequence, batch.arrived, key, data, str(error), 1)
        return list(dead.values())

    def _pass(self, rows: list[Any], time: int, batch: Batch, places: Sequence[int] | None) -> None:
        """Takes rows of the input through the plan: one by one where two paths of a row meet again."""
        program, buffers = self._program, self._buffers
        if not program.one_by_one:
            buffers[0] = rows
            self._step(time)
            buffers[0] = self._empty[0]
        else:
            for number, row in enumerate(rows):
                source = program.input_of(batch.keys[number if places is None else places[number]])
                buffers[source] = [row]
                self._step(time)
                buffers[source] = self._empty[source]
        self._due = self._next_due()

    def _step(self, time: int) -> None:
        buffers = self._buffers
        used: list[int] = []
        for stage in self._stages:
            rows = buffers[stage.source]
            if rows:
                self._push(stage, rows, time, used)
        for target in used:
            buffers[target] = self._empty[target]

    def _push(self, stage: _Stage, rows: list[Any], time: int, used: list[int]) -> None:
        """Takes rows through a segment."""
        out = stage.run(rows, time) if stage.narrow else self._room.run(stage.segment, stage.run, rows, time)
        if stage.drain is not None:
            out = stage.drain()
        elif stage.add is not None and out:
            out = stage.add(time, out, stage.side)
        if out and (out := self._room.rows(stage.segment, out, time)):
            self._put(stage.target, out, used)
            if stage.stream:
                self._results.append(Packet(stage.stream, time, out))

    def _put(self, target: int, rows: list[Row], used: list[int]) -> None:
        buffers = self._buffers
        before = buffers[target]
        buffers[target] = [*before, *rows] if before else rows
        used.append(target)

    def _fire(self, time: int) -> None:
        """Fires all timers that are due, each time in a step of its own."""
        while self._due <= time:
            due = self._due
            used: list[int] = []
            for stage in self._stages:
                for operator, target in stage.fires:
                    while (at := operator.due()) is not None and at <= due:
                        if rows := operator.fire(at):
                            self._put(target, rows, used)
                rows = self._buffers[stage.source]
                if rows:
                    self._push(stage, rows, due, used)
            for target in used:
                self._buffers[target] = self._empty[target]
            self._due = self._next_due()

    def _next_due(self) -> int:
        least = NEVER
        for operator in self.operators:
            due = operator.due()
            if due is not None and due < least:
                least = due
        return least

    def advance(self, watermark: int) -> None:
        """Advances the time, unless windows close with the next row only."""
        if watermark > self._time and not self._program.closes_on_row:
            if watermark >= self._due:
                self._fire(watermark)
            self._time = watermark

    def finish(self) -> None:
        """Ends the stream: all that is open closes, at the times at which it would."""
        self._fire(NEVER - 1)
        used: list[int] = []
        for stage in self._stages:
            for operator, target in stage.fires:
                if isinstance(operator, TumblingOperator) and operator.due() is None:
                    operator.turn(self._time, None)
                    if rows := operator.drain():
                        self._put(target, rows, used)
            if rows := self._buffers[stage.source]:
                self._push(stage, rows, self._time, used)
        for target in used:
            self._buffers[target] = self._empty[target]
        self._due = self._next_due()
        self._fire(NEVER - 1)

    def switch(self, program: "Program", tables: Mapping[str, Table] | None = None, start: int | None = None) -> None:
        """Goes on with another version of the script; with its own reference tables and start, where they are given.

        Operators of the same name keep their state, in memory and stored; the state of the others goes.
        """
        self._tables = self._tables if tables is None else tables
        self.start = self.start if start is None else start
        before = dict(zip(self._names, self.operators, strict=True))
        running = {name: each for name, each in before.items() if not isinstance(each, LookupJoinOperator)}
        for name, operator in before.items():
            if name not in program.identities:
                stored: list[tuple[str, ...]] = getattr(operator, "stored", list)()
                named = stored_name(name, self._meta)
                self._stale += [(key[0], named, *key[1:]) for key in stored]
                self._meta.generations[name] = self._meta.generations.get(name, 0) + 1
                del self._reports[name]
        self._begin(program, {}, running)

    def take(self) -> Results | None:
        """Returns the rows, faults and counts since the last call; None if there are none."""
        packets, self._results = self._results, []
        self._room.renew()
        faults, counts = self._faults.taken()
        return Results(packets, faults, counts) if packets or faults or counts else None

    def changes(self) -> StateChange:
        """Returns the part of the state that changed since the last call."""
        self._meta.time = self._time
        changes = {}
        for name, operator in zip(self._names, self.operators, strict=True):
            change = operator.changes()
            if change.put or change.removed or change.history:
                changes[stored_name(name, self._meta)] = change
        stale, self._stale = self._stale, []
        return self._pieces.divided(joined(self._meta, changes, stale))

    def size(self) -> int:
        """Returns about how many bytes the state takes in memory."""
        return sum(operator.size() for operator in self.operators)
