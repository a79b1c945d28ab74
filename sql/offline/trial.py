"""Compiles an application and runs it over records within bounds: for the page on which it is written."""

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import msgspec

from sql.errors import Problem, ScriptError
from sql.folder import SCRIPT_FILE, Application, FolderError, from_files
from sql.language import parse
from sql.offline.differing import Difference, Line, compared
from sql.program import Program, compile_application
from sql.references import tables_of
from sql.rendering import Renderer, encode
from streams.core.records import Batch

SHOWN = 500  # newest rows of a stream: a curve's points
ROWS_MOST = 200_000  # of a run, over all streams
FAULTS_MOST = 50  # kinds of faults that are told apart
REFUSED = 5  # records that are told
CHUNK = 1024  # records, at most, after which the clock is asked; at first FIRST, and fewer while they are slow
FIRST, SLOW = 16, 0.1  # records, seconds
Record = tuple[int, int, str, bytes]  # arrival in milliseconds, sequence number, partition key, data


class Task(msgspec.Struct):
    """Asks for a check of an application's files, and with `runs` for a run over records, oldest first.

    `until` is the end of the slice in milliseconds; `against` has the files of the version to compare with.
    """

    name: str
    files: dict[str, bytes]
    runs: bool = False
    records: list[Record] = []
    until: int = 0
    against: dict[str, bytes] = {}
    seconds: float = 2.0


class Found(msgspec.Struct):
    """Describes a problem: its line and column from 1, 0 for none."""

    line: int
    column: int
    sentence: str
    warning: bool = False


class Stream(msgspec.Struct):
    """Holds the newest rows of an in-application stream, oldest first, as [row time, JSON array of the values].

    Rows later than the slice's end belong to windows that were still open at it.
    """

    name: str
    columns: list[tuple[str, str]]  # name, type
    count: int = 0
    rows: list[tuple[int, str]] = []
    peek: bool = False  # of a bare query


class Failed(msgspec.Struct):
    """Counts the rows that a pump could not use for the same reason, with the first of them."""

    pump: str
    column: str
    line: int
    sentence: str
    expression: str
    value: str
    count: int = 0


class Told(msgspec.Struct):
    """Answers a task. `trouble` is a fault of the files beside the script, `cut` says why a run was ended early."""

    problems: list[Found] = []
    trouble: str = ""
    streams: list[Stream] = []
    faults: list[Failed] = []
    refused: int = 0  # records that could not be read
    refusals: list[str] = []
    read: int = 0  # records
    milliseconds: int = 0
    cut: str = ""
    difference: Difference | None = None
    apart: str = ""  # why there is no difference

    @property
    def compiles(self) -> bool:
        return not self.trouble and all(each.warning for each in self.problems)


def perform(task: Task, monotonic: Any = time.monotonic) -> Told:
    """Checks, and runs, the files of a task. A fault of the user's is a part of the answer."""
    told = Told()
    try:
        application = replace(from_files(task.files, task.name), name=task.name)
        program = compile_application(application, peeks=True)
    except FolderError as error:
        told.trouble = str(error)
        told.problems = _grammar(task.files)
    except ScriptError as error:
        told.problems = [_found(each) for each in error.problems]
    except (RecursionError, MemoryError):
        told.trouble = "The script is nested too deeply, or is too large, to be compiled."
    else:
        told.problems = [_found(each) for each in program.plan.warnings]
        if task.runs:
            _run(task, told, application, program, monotonic)
    return told


def _grammar(files: Mapping[str, bytes]) -> list[Found]:
    """Returns the faults of the script's grammar alone, where its columns are not known."""
    try:
        return [_found(each) for each in parse(files.get(SCRIPT_FILE, b"").decode(errors="replace")).warnings]
    except ScriptError as error:
        return [_found(each) for each in error.problems]
    except RecursionError:
        return []


def _found(problem: Problem) -> Found:
    return Found(problem.line, problem.column, problem.sentence, problem.warning)


def _run(task: Task, told: Told, application: Application, program: Program, monotonic: Any) -> None:
    trial = Trial(application, program, monotonic)
    trial.run(task.records, task.seconds)
    told.streams, told.faults = list(trial.streams.values()), list(trial.faults.values())
    told.refused, told.refusals = trial.refused, trial.refusals
    told.read, told.cut, told.milliseconds = trial.read, trial.cut, trial.milliseconds
    if task.against:
        told.difference, told.apart = _compare(task, trial, monotonic)


def _compare(task: Task, trial: "Trial", monotonic: Any) -> tuple[Difference | None, str]:
    """Returns the difference to the running version over the records that the trial read, or why there is none."""
    try:
        application = replace(from_files(task.against, task.name), name=task.name)
        other = Trial(application, compile_application(application), monotonic)
    except (FolderError, ScriptError) as error:
        return None, f"The running version cannot be compiled any more: {error}"
    other.run(task.records[: trial.read], task.seconds, ends=not trial.cut)
    if other.read < trial.read or (other.cut and not trial.cut):
        return None, "The running version did not get through the same records in time; choose a shorter slice."
    known = {each.name for each in other.streams.values()}
    lines = Counter({line: count for line, count in trial.lines.items() if line[0] not in trial.peeks})
    added = sorted({line[0] for line in lines} - known)
    return compared(lines, other.lines, added), ""


class Trial:
    """Runs a program once over records, and keeps the rows that a page shows."""

    def __init__(self, application: Application, program: Program, monotonic: Any = time.monotonic) -> None:
        self._program, self._monotonic = program, monotonic
        self._engine = program.start(tables=tables_of(application))
        self.peeks = {each.name for each in program.plan.peeks}
        described = {name: each.columns for name, each in program.plan.streams.items()}
        described |= {each.name: each.root.columns for each in program.plan.peeks}
        self._renderers = {name: Renderer(columns) for name, columns in described.items()}
        self._newest: dict[str, deque[tuple[int, str]]] = {name: deque(maxlen=SHOWN) for name in described}
        self.streams = {
            name: Stream(name, [(each.name, str(each.type)) for each in columns], peek=name in self.peeks)
            for name, columns in described.items()
        }
        self.faults: dict[tuple[str, str, int], Failed] = {}
        self.lines: Counter[Line] = Counter()
        self.refusals: list[str] = []
        self.refused = self.read = self.milliseconds = 0
        self.cut = ""

    def run(self, records: list[Record], seconds: float, *, ends: bool = True) -> None:
        """Computes the records; with `ends` the windows that are open at last end, too."""
        started = last = self._monotonic()
        size = FIRST
        while self.read < len(records):
            self._add(records[self.read : self.read + size])
            self._take()
            before, last = last, self._monotonic()
            size = min(CHUNK, 2 * size) if last - before < SLOW else max(1, size // 2)
            if self.cut or last - started > seconds:
                self.cut = self.cut or f"The run was ended after {seconds:g} s of work"
                break
        if ends and not self.cut:
            self._engine.finish()
            self._take()
        for name, stream in self.streams.items():
            stream.rows = list(self._newest[name])
        self.milliseconds = round((self._monotonic() - started) * 1000)

    def _add(self, records: list[Record]) -> None:
        for batch in _batches(records):
            dead = self._engine.add(batch, list(batch.datas))
            self.refused += len(dead)
            self.refusals += [each.error for each in islice(dead, REFUSED - len(self.refusals))]
        self.read += len(records)

    def _take(self) -> None:
        results = self._engine.take()
        if results is None:
            return
        for fault in results.faults:
            self._fail(fault)
        for packet in results.packets:
            if renderer := self._renderers.get(packet.stream):
                self._keep(packet, renderer)
        if sum(stream.count for stream in self.streams.values()) > ROWS_MOST:
            self.cut = f"The run was ended after {ROWS_MOST:,} rows"

    def _keep(self, packet: Any, renderer: Renderer) -> None:
        """Keeps the newest rows, and counts all of them: they are compared with those of another version."""
        name, time_ = packet.stream, packet.time
        texts = [encode(renderer.values(row)) for row in packet.rows]
        self.streams[name].count += len(texts)
        self._newest[name].extend((time_, text.decode()) for text in texts[-SHOWN:])
        self.lines.update((name, time_, text) for text in texts)

    def _fail(self, fault: Any) -> None:
        place = (fault.pump, fault.column, fault.line)
        if place not in self.faults and len(self.faults) >= FAULTS_MOST:
            place = ("other pumps", "", 0)
        known = self.faults.setdefault(place, Failed(*place, fault.sentence, fault.expression, fault.value))
        known.count += 1


def _batches(records: list[Record]) -> Iterator[Batch]:
    """Yields the records in batches of one time of arrival."""
    for arrived, group in groupby(records, key=itemgetter(0)):
        part = list(group)
        yield Batch(arrived, [each[1] for each in part], [each[2] for each in part], [each[3] for each in part])
