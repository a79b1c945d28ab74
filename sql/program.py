"""Compiles an application to a program, from which engines start."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from sql.analysis import analyse
from sql.codegen.graph import Graph, Segment, cut, meets
from sql.codegen.loops import Layout
from sql.codegen.module import compile_graph
from sql.engine import sharing
from sql.engine.engine import Engine
from sql.engine.identity import identities
from sql.engine.lineage import PARTITION_KEY, Lineage
from sql.engine.making import Settings
from sql.engine.operators.lookup import Table
from sql.errors import Problem, ScriptError, place
from sql.folder import Application
from sql.functions.casting import cast_to, same
from sql.language.parser import parse
from sql.plan.costs import bytes_of
from sql.plan.nodes import Forest, Over, Plan, Pump, Scan, walk
from sql.schema.decoding import Decoder
from sql.types import VARCHAR
from streams.core.hashing import hash_key
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State

STRANGER = (
    "The partition key is {key!r}, but {column} is {value}; they must be the same where each shard is computed alone. "
    "Send such records with {column} as their partition key, or set parallel = false."
)
FORESTS_MOST = 512 << 20  # bytes of all random cut forests of a script, while they compute
HUGE = (
    "The random cut forests up to here would need {total:,} MiB, and {most:,} are the most; "
    "use fewer trees, smaller samples, a smaller shingle or fewer columns."
)


def compile_application(application: Application, *, peeks: bool = False) -> "Program":
    """Returns the program of an application; with `peeks`, the script's bare queries run too.

    Raises ScriptError with all problems of the script.
    """
    plan = analyse(parse(application.script), application)
    if problems := [*_unsteady(plan), *_huge(plan)]:
        raise ScriptError(problems)
    return Program(application, plan, peeks=peeks)


def _unsteady(plan: Plan) -> Iterator[Problem]:
    """Yields a problem for each EXP_AVG over rows: its weights follow from times."""
    nodes = (node for pump in (*plan.pumps, *plan.peeks) for node in walk(pump.root) if isinstance(node, Over))
    for node in nodes:
        for call in node.calls:
            if call.function == "EXP_AVG" and node.frames[call.frame].range is None:
                line, column = place(plan.text, call.span.start)
                yield Problem(line, column, "EXP_AVG needs a window with a RANGE, such as RANGE INTERVAL '30' SECOND.")


def _huge(plan: Plan) -> Iterator[Problem]:
    """Yields a problem for the forest with which the script's forests need more memory than there may be."""
    total = 0
    for pump in (*plan.pumps, *plan.peeks):
        for node in walk(pump.root):
            if isinstance(node, Forest):
                total += bytes_of(node)
                if total > FORESTS_MOST:
                    yield Problem(node.line or pump.line, 1, HUGE.format(total=total >> 20, most=FORESTS_MOST >> 20))
                    return


def _named(plan: Plan) -> list[Pump]:
    """Returns the bare queries as pumps into streams of their own names."""
    return [replace(each, target=each.name) for each in plan.peeks]


class Program:
    """Holds the code of an application's plan. Engines started from it share the code and nothing else."""

    def __init__(self, application: Application, plan: Plan, *, peeks: bool = False) -> None:
        """Compiles a plan; with `peeks`, its bare queries run too, as streams of their own names."""
        self.application, self.plan = application, plan
        switches = application.switches
        self.per_shard = application.parallel and plan.proof.per_shard
        self.graph: Graph = cut(plan, [*plan.pumps, *(_named(plan) if peeks else ())], application.inputs)
        self.one_by_one = meets(self.graph)
        self.closes_on_row = switches.close_on == "row"
        self.settings = Settings(switches.distinct_limit, switches.outer_join, switches.seed)
        self.lineage = Lineage(plan, application.partition_key, application.inputs) if self.per_shard else None
        self._cuts = switches.on_truncate == "cut"
        scans = [node for segment in plan.pumps + plan.peeks for node in walk(segment.root) if isinstance(node, Scan)]
        self.extras = tuple(sorted({name for scan in scans for name in scan.extras}))
        self._fields = self.decoder().fields
        self._names = self.decoder().columns
        self.module = compile_graph(self.graph, self.layout, refuses=not self._cuts)
        self.identities: Sequence[str] = identities(self.graph, plan)
        self._key_column = application.partition_key
        self._key_text = self._key_writer()

    def decoder(self) -> Decoder:
        """Returns a new decoder of the input's records."""
        return Decoder(self.application.schema, self.extras, cut=self._cuts)

    def layout(self, segment: Segment) -> Layout:
        """Returns where a segment finds the values of its rows."""
        if segment.source >= self.graph.inputs:
            return Layout()
        names = [*(column.name for column in segment.columns), *segment.extras]
        return Layout(tuple(self._fields[self._names.index(name)] for name in names))

    def beside(self, batch: Batch) -> Mapping[str, Sequence[Any]]:
        """Returns the values of the columns that records have besides their data."""
        known = {PARTITION_KEY: lambda: batch.keys, "SEQUENCE_NUMBER": lambda: list(map(str, batch.sequences))}
        return {name: known[name]() if name in known else [None] * len(batch.keys) for name in self.extras}

    def input_of(self, key: str) -> int:
        """Returns the number of the input to which a record goes: inputs share the keys evenly."""
        return hash_key(key) % self.graph.inputs if self.graph.inputs > 1 else 0

    def _key_writer(self) -> Any:
        for column in self.application.schema.columns:
            if column.name == self._key_column:
                return cast_to(column.type, VARCHAR)
        return None

    def under_own_keys(
        self, batch: Batch, rows: list[Any], places: Sequence[int] | None
    ) -> tuple[list[Any], Sequence[int] | None, list[DeadRecord]]:
        """Returns the rows whose column of the partition key equals their record's key, and the other records."""
        if self._key_text is None or self._key_column is None:
            return rows, places, []
        field = self._fields[self._names.index(self._key_column)]
        keys = batch.keys if places is None else [batch.keys[place] for place in places]
        own = list(map(attrgetter(field), rows))
        if self._key_text is not same:
            own = [None if value is None else self._key_text(value) for value in own]
        if own == keys:
            return rows, places, []
        at = range(len(rows)) if places is None else places
        kept = [number for number, key in enumerate(keys) if own[number] == key]
        dead = {at[number]: own[number] for number, key in enumerate(keys) if own[number] != key}
        letters = [self._stranger(batch, record, value) for record, value in dead.items()]
        return [rows[number] for number in kept], [at[number] for number in kept], letters

    def _stranger(self, batch: Batch, at: int, value: str | None) -> DeadRecord:
        key, data = batch.keys[at], batch.datas[at]
        shown = "NULL" if value is None else repr(value)
        sentence = STRANGER.format(key=key, column=self._key_column, value=shown)
        return DeadRecord(batch.sequences[at], batch.arrived, key, data, sentence, 1)

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        """Returns a child shard's first state from its parents' last states: see streams.applications.Application."""
        return sharing.inherit(self, states, owns, watermark)

    def set_back(self, state: State, watermark: int) -> State:
        """Returns a state without times later than `watermark`, in milliseconds."""
        return sharing.set_back(self, state, watermark)

    def start(self, state: State = EMPTY, tables: Mapping[str, Table] = {}, start: int = 0) -> Engine:
        """Returns an engine that goes on from a state.

        `tables` are the reference tables by name: `sql.references.tables_of` reads them. `start` is the time, in
        milliseconds, at which the version was started.
        """
        return Engine(self, state, tables, start)
