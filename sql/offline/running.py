"""Runs an application over sample records, and compares its rows with expected ones."""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from common.running import to_run
from common.text import counted
from sql.engine.contract import Results, RowFault
from sql.engine.engine import CUT
from sql.folder import Application, FolderError
from sql.offline.records import Sample, batches, read
from sql.program import Program, compile_application
from sql.references import tables_of
from sql.rendering import Renderer, encode, iso

SAMPLE_FILE = "sample.jsonl"
EXPECTED_FILE = "expected.jsonl"
TAKEN = 64  # batches, after which rows are handed out
SHOWN = 40  # lines of a difference that are printed


class Run:
    """Runs an application once; `faults` and `refused` hold, afterwards, the rows that it could not use."""

    def __init__(self, application: Application, *, peeks: bool = False) -> None:
        """Compiles the application; with `peeks`, each SELECT that stands alone gives rows, too."""
        self._program: Program = compile_application(application, peeks=peeks)
        self._tables = tables_of(application)
        self._engine = self._program.start(tables=self._tables)
        self.fed = 0  # records
        plan = self._program.plan
        self._renderers = {name: Renderer(stream.columns) for name, stream in plan.streams.items()}
        self._renderers |= {each.name: Renderer(each.root.columns) for each in plan.peeks}
        self.faults: list[RowFault] = []
        self.counts: Counter[str] = Counter()  # such as texts that were cut, by name
        self.refused: list[str] = []  # a sentence for each record that could not be read

    def rows(self, samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
        """Yields each row that a pump writes, in order. When the records end, time goes on until no window is open."""
        yield from self.feed(samples)
        yield from self.finish()

    def feed(self, samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
        """Yields the rows that follow from some records; further ones may be fed later."""
        for number, batch in enumerate(batches(samples, self.fed), 1):
            if not self.fed:  # the application starts with its first record, as CURRENT_TIMESTAMP may say
                self._engine = self._program.start(tables=self._tables, start=batch.arrived)
            dead = self._engine.add(batch, list(batch.datas))
            self.fed += len(batch.sequences)
            self.refused += [f"Record {record.sequence}: {record.error}" for record in dead]
            if number % TAKEN == 0:
                yield from self._taken(self._engine.take())
        yield from self._taken(self._engine.take())

    def finish(self) -> Iterator[dict[str, Any]]:
        """Yields the rows of all windows that are open."""
        self._engine.finish()
        yield from self._taken(self._engine.take())

    def _taken(self, results: Results | None) -> Iterator[dict[str, Any]]:
        if results is None:
            return
        self.faults += results.faults
        self.counts.update(results.counts)
        for packet in results.packets:
            if renderer := self._renderers.get(packet.stream):
                time = iso(packet.time)
                for row in packet.rows:
                    yield {"stream": packet.stream, "rowtime": time, "row": renderer.row(row)}

    def troubles(self) -> list[str]:
        """Returns a sentence for each kind of fault with the number of its rows and the first, and for cut texts."""
        groups: dict[tuple[str, str, int], list[RowFault]] = {}
        for fault in self.faults:
            if fault.pump:  # the others are records that could not be read
                groups.setdefault((fault.pump, fault.column, fault.line), []).append(fault)
        told = [_failed(group) for group in groups.values()]
        cuts = sorted((name.removeprefix(CUT), count) for name, count in self.counts.items() if name.startswith(CUT))
        told += [f"Column {name}: {counted(count, 'text')} cut to the column's length." for name, count in cuts]
        if self.refused:
            told.append(f"{counted(len(self.refused), 'record')} could not be read. {self.refused[0]}")
        return told


def _failed(faults: list[RowFault]) -> str:
    first, place = faults[0], f"{faults[0].pump}, line {faults[0].line}"
    if not first.column:
        return f"{place}: {first.sentence}"
    told = f"{place}: {counted(len(faults), 'row')} failed at the column {first.column}. The first: {first.sentence}"
    return f"{told} ({first.expression}; the row was {first.value})"


class Outcome(NamedTuple):
    """Says how a folder's test went."""

    rows: int
    difference: list[str]  # lines; none if the rows are the expected ones
    troubles: list[str]


def try_folder(application: Application, folder: Path, *, update: bool = False) -> Outcome:
    """Runs a folder's sample records and compares the rows with its expected ones, in order. Raises FolderError.

    With `update` the expected rows are written anew.
    """
    run = Run(application)
    found = [encode(row) for row in run.rows(read(_samples(folder)))]
    path = folder / EXPECTED_FILE
    if update:
        path.write_bytes(b"".join(line + b"\n" for line in found))
        return Outcome(len(found), [], run.troubles())
    expected = _expected(path)
    if list(map(msgspec.json.decode, found)) == list(map(msgspec.json.decode, expected)):
        return Outcome(len(found), [], run.troubles())
    old, new = ([line.decode() for line in lines] for lines in (expected, found))
    difference = list(unified_diff(old, new, EXPECTED_FILE, "the rows", lineterm="", n=1))
    cut = [f"… and {len(difference) - SHOWN} lines more."] if len(difference) > SHOWN else []
    return Outcome(len(found), difference[:SHOWN] + cut, run.troubles())


def _samples(folder: Path) -> Path:
    path = folder / SAMPLE_FILE
    if path.exists():
        return path
    raise FolderError(
        f"{folder} has no {SAMPLE_FILE}, whose records a test runs;"
        f" `{to_run('streams', 'tail', 'NAME', '--json', '--limit', '100')}` prints those of a stream."
    )


def _expected(path: Path) -> list[bytes]:
    try:
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise FolderError(f"The expected rows {path} cannot be read: {error.strerror}. --update writes them.") from None
    for number, line in enumerate(lines, 1):
        try:
            msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FolderError(f"{path}, line {number} is no row: {error}.") from None
    return lines
