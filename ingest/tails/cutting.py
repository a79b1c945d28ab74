"""Cuts the bytes of a file into records. It is pure: bytes and a state in, records and a state out.

A record is a line, or with a start pattern the lines from one match to the next. The end of a record is known only when
the next newline, or the next start, was read; until then its bytes are left for a later cut.
"""

from typing import NamedTuple

from common.expressions import Expression
from streams.backends import limits
from streams.core import names

# A record of more bytes is cut off, so that it fits Kinesis' limit together with any partition key.
MOST_DATA = limits.MAX_RECORD - 4 * names.MOST_KEY
MOST_MATCHED = 8192  # bytes of a line that a start pattern is tried on


class Rules(NamedTuple):
    """Says how the files of a flow are cut."""

    start: Expression | None = None  # matches the first line of a record; None: each line is a record
    terminator: bytes = b"\n"  # ends a record that was cut off, as Kinesis Agent has it
    newline: bool = False  # whether a record keeps its last newline, as Kinesis Agent has it


class State(NamedTuple):
    """Says where in a record, and in the header of its file, a cut begins."""

    headers: int = 0  # lines of the header that are still to skip
    inside: bool = False  # the rest of a record that was cut off comes first; it is dropped


class Cut(NamedTuple):
    """Holds the records of some bytes."""

    records: list[bytes]
    consumed: int  # bytes
    state: State
    overlong: int = 0  # records that were cut off


def cut(data: bytes, state: State, rules: Rules, *, final: bool = False) -> Cut:
    """Returns the records of the bytes; with `final`, their end is the end of the last record."""
    place = 0
    headers, inside = state
    while headers:
        end = data.find(b"\n", place) + 1
        if not end:
            dropped = final or len(data) - place > MOST_DATA
            return Cut([], len(data) if dropped else place, State(headers, inside))
        place, headers = end, headers - 1
    if inside:
        end = _next_start(data, place, rules)
        if not end:
            return Cut([], len(data) if final else _last_line(data, place, rules), State(inside=not final))
        place = end
    found = _lines(data, place, rules) if rules.start is None else _blocks(data, place, rules.start, rules)
    return _finish(data, found, rules, final=final)


def _next_start(data: bytes, place: int, rules: Rules) -> int:
    """Returns where the record after the current one begins; 0 if the bytes end before."""
    if rules.start is None:
        return data.find(b"\n", place) + 1
    while place := data.find(b"\n", place) + 1:
        if _is_start(data, place, rules.start):
            return place
    return 0


def _is_start(data: bytes, place: int, start: Expression) -> bool:
    """Returns whether a line at a place starts a record; False too if too little of the line is there to tell."""
    end = data.find(b"\n", place, place + MOST_MATCHED)
    if end < 0 and len(data) - place < MOST_MATCHED:
        return False
    return start.match(data[place : end if end >= 0 else place + MOST_MATCHED]) is not None


def _last_line(data: bytes, place: int, rules: Rules) -> int:
    """Returns the end of the bytes to drop inside a record that was cut off.

    With a pattern the last newline stays while too little of the line after it is there to tell if it is a start.
    """
    newline = data.rfind(b"\n", place)
    return newline if rules.start and newline >= 0 and len(data) - newline <= MOST_MATCHED else len(data)


def _lines(data: bytes, place: int, rules: Rules) -> Cut:
    end = data.rfind(b"\n", place) + 1
    if not end:
        return Cut([], place, State())
    text = data[place : end - 1]
    if rules.newline:
        return Cut([record + b"\n" for record in text.split(b"\n")], end, State())
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").removesuffix(b"\r")
    return Cut(text.split(b"\n"), end, State())


def _blocks(data: bytes, place: int, start: Expression, rules: Rules) -> Cut:
    """Cuts before each line that the pattern matches; the last record stays, since it may go on."""
    records, begin, line = [], place, place
    while line < len(data):
        if line > begin and _is_start(data, line, start):
            records.append(data[begin : line if rules.newline else line - 1])
            begin = line
        line = data.find(b"\n", line) + 1 or len(data)
    return Cut(records, begin, State())


def _finish(data: bytes, found: Cut, rules: Rules, *, final: bool) -> Cut:
    """Ends the last record if no more bytes come or if it is too long already, and cuts off records that are."""
    records, consumed, state, _ = found
    last = data[consumed:]
    if final and last:
        records.append(last if rules.newline else last.removesuffix(b"\n").removesuffix(b"\r"))
        consumed = len(data)
    elif len(last) > MOST_DATA:
        records.append(last)
        consumed, state = _last_line(data, consumed, rules), State(inside=True)
    if not records or max(map(len, records)) <= MOST_DATA:
        return Cut(records, consumed, state)
    overlong = sum(len(record) > MOST_DATA for record in records)
    return Cut([cut_off(record, rules.terminator) for record in records], consumed, state, overlong)


def cut_off(record: bytes, terminator: bytes) -> bytes:
    """Returns a record, ended by the terminator if it was too long."""
    return record if len(record) <= MOST_DATA else record[: MOST_DATA - len(terminator)] + terminator
