"""Collects the rows that pumps could not use, each with its column, the user's words, and its record."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import InvalidOperation
from typing import Any

from sql.codegen.graph import Segment, Stateful
from sql.codegen.lines import Mark
from sql.codegen.loops import Layout
from sql.engine.contract import RowFault
from sql.engine.showing import VALUE_MOST, cut, shown_row
from sql.errors import Fault, RowError, Span, place
from sql.plan.nodes import Aggregate, Over, Stagger
from sql.schema.faults import ColumnError
from streams.core.records import Batch

FAULTS_MOST = 10_000  # told of one by one between two commits; the others are counted
UNTOLD = "faults not listed"

TakeFault = Callable[[Any, Exception, int], None]


class Faults:
    """Holds the faults and counts since the last commit."""

    def __init__(self) -> None:
        self.found: list[RowFault] = []
        self.counts: Counter[str] = Counter()
        self._marks: Mapping[int, Mark] = {}
        self._text = ""
        self._inputs = 1
        self._lines: dict[int, int] = {}  # of the script, by offset
        self._batch: Batch | None = None
        self._rows: Sequence[Any] = ()
        self._places: Sequence[int] | None = None
        self._first = 0  # of the faults since `begin`
        self._from: dict[Segment, int] = {}

    def read(self, marks: Mapping[int, Mark], text: str, inputs: int) -> None:
        """Takes the marks of the generated code's lines, the script, in which places are looked up, and the number of
        the buffers that hold rows of records.
        """
        self._marks, self._text, self._inputs = marks, text, inputs
        self._lines.clear()

    def begin(self, batch: Batch, rows: Sequence[Any], places: Sequence[int] | None) -> None:
        """Takes the rows of the records that are being processed, so that a row's record can be found."""
        self._batch, self._rows, self._places = batch, rows, places
        self._from.clear()
        self._first = len(self.found)

    def end(self) -> None:
        """Puts the faults since `begin` in the order of their records; those of one record stay in that of pumps."""
        new = self.found[self._first :]
        if len(new) > 1:
            self.found[self._first :] = sorted(new, key=lambda fault: (fault.sequence is None, fault.sequence or 0))

    def taken(self) -> tuple[list[RowFault], Mapping[str, int]]:
        """Returns the faults and counts since the last call."""
        found, counts = (self.found, self.counts)
        self.found, self.counts = [], Counter()
        return found, counts

    def _is_full(self) -> bool:
        """Returns whether the next fault is only counted, and counts it."""
        full = len(self.found) >= FAULTS_MOST
        if full:
            self.counts[UNTOLD] += 1
        return full

    def loop(self, segment: Segment, layout: Layout) -> TakeFault:
        """Returns the function that a segment's loop calls with a row, the error, and the row time."""
        columns = segment.columns

        def take(row: Any, error: Exception, time: int) -> None:
            if self._is_full():
                return
            assert error.__traceback__ is not None
            mark = self._marks.get(error.__traceback__.tb_lineno, Mark())
            fault, sentence = described(error)
            key, sequence = self._record(segment, row) if segment.source < self._inputs else ("", None)
            value = shown_row(columns, layout.values(row, len(columns)))
            line = self._line(mark.span, segment.pump.line)
            pump, column = segment.pump.name, mark.column
            self.found.append(RowFault(time, pump, fault, sentence, column, mark.written, line, value, key, sequence))

        return take

    def _record(self, segment: Segment, row: Any) -> tuple[str, int | None]:
        """Returns key and sequence number of a row's record. Faults come in the order of the rows."""
        rows, batch = self._rows, self._batch
        at = self._from.get(segment, 0)
        while at < len(rows) and rows[at] is not row:
            at += 1
        self._from[segment] = at
        if batch is None or at == len(rows):
            return "", None
        record = at if self._places is None else self._places[at]
        return batch.keys[record], batch.sequences[record]

    def _line(self, span: Span, other: int) -> int:
        if not self._text or not span.end:
            return other
        if span.start not in self._lines:
            self._lines[span.start] = place(self._text, span.start)[0]
        return self._lines[span.start]

    def record(self, batch: Batch, at: int, time: int, error: ColumnError) -> None:
        """Adds the fault of a record that could not be read."""
        if self._is_full():
            return
        key, sequence = batch.keys[at], batch.sequences[at]
        value = cut(error.value or batch.datas[at][: 4 * VALUE_MOST].decode(errors="replace"))
        self.found.append(RowFault(time, "", error.fault, str(error), error.column, "", 0, value, key, sequence))

    def pump(self, segment: Segment, time: int, error: RowError) -> None:
        """Adds the fault of rows that a pump leaves out."""
        if not self._is_full():
            name, line = segment.pump.name, segment.pump.line
            self.found.append(RowFault(time, name, error.fault, str(error), "", "", line, ""))

    def operator(self, operator: Stateful, time: int, error: RowError, expression: str, value: str) -> None:
        """Adds the fault of a row that an operator cannot use or give."""
        if self._is_full():
            return
        column, span = "", Span(0, 0)
        node = operator.node
        if isinstance(node, Aggregate | Stagger | Over):
            for call, named in zip(reversed(node.calls), reversed(node.columns), strict=False):
                if call.written == expression:
                    column, span = named.name, call.span
        line, pump = self._line(span, node.line or operator.pump.line), operator.pump.name
        self.found.append(RowFault(time, pump, error.fault, str(error), column, expression, line, value))


class OperatorReport:
    """Takes the faults and counts of one operator, and knows its pump and line."""

    def __init__(self, faults: Faults, operator: Stateful) -> None:
        self._faults, self.operator = faults, operator

    def fault(self, time: int, error: RowError, expression: str = "", value: str = "") -> None:
        self._faults.operator(self.operator, time, error, expression, value)

    def count(self, name: str, number: int = 1) -> None:
        self._faults.counts[name] += number


def described(error: Exception) -> tuple[Fault, str]:
    """Returns the kind of a row's fault, and a sentence."""
    if isinstance(error, RowError):
        return error.fault, str(error)
    if isinstance(error, ZeroDivisionError):
        return Fault.ARITHMETIC, "A number was divided by 0."
    if isinstance(error, OverflowError):
        return Fault.ARITHMETIC, "The result is out of the range of its type."
    if isinstance(error, InvalidOperation):
        return Fault.ARITHMETIC, "The result is not a number."
    kind = Fault.ARITHMETIC if isinstance(error, ArithmeticError) else Fault.FUNCTION
    return kind, f"The value cannot be computed: {error}."
