"""Guesses how records of CSV are written: delimiters, a header, and the values of each column."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sql.schema.columns import COLUMNS_MOST
from sql.schema.tallies import Seen, Tally, kind_of_cell

DELIMITERS = (",", "\t", ";", "|", "||", "~")
UNLIKELY = "\x01"  # a delimiter for records that are one text, which they do not contain
_AGREEMENT = 0.9  # the share of rows that have to have as many cells as most
_NAME = re.compile(r"[^\W\d][\w .@#/%()-]{0,99}")


class Table(NamedTuple):
    """Holds a guess: `names` are those of the header, or COL_0, COL_1, …; `tallies` has the values of each column."""

    delimiter: str
    row_delimiter: str
    header: bool
    names: list[str]
    tallies: list[Tally]
    rows: int
    notes: tuple[str, ...]


def guess(texts: Sequence[str]) -> Table:
    """Returns how records are written as CSV."""
    broken = [text for text in texts if "\n" in text]
    row_delimiter = "\r\n" if broken and all("\r\n" in text for text in broken) else "\n"
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    delimiter = _delimiter(lines)
    if not delimiter:
        tally = _tally([[line] for line in lines], 0)
        note = "The records are neither JSON nor CSV; each line is one text."
        return Table(UNLIKELY, row_delimiter, False, ["LINE"], [tally], len(lines), (note,))  # noqa: FBT003  # no header
    notes: list[str] = []
    rows = [cells_of(line, delimiter) for line in lines]
    header = _is_header(rows)
    names = [cell.strip() for cell in rows[0]] if header else []
    rows = [row for row in rows if not (header and row == rows[0])]
    if header:
        notes.append("The first line is a header; a stream's records are read with it only if each begins with one.")
    width = min(COLUMNS_MOST, len(names) or Counter(map(len, rows)).most_common(1)[0][0])
    odd = sum(len(row) != width for row in rows)
    if odd:
        notes.append(f"{odd:,} of {len(rows):,} rows do not have {width} cells.")
    names = names[:width] if header else [""] * width
    return Table(
        delimiter, row_delimiter, header, names, [_tally(rows, n) for n in range(width)], len(rows), tuple(notes)
    )


def cells_of(line: str, delimiter: str) -> list[str]:
    """Returns the cells of a line; quotes are as in RFC 4180."""
    if len(delimiter) > 1:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return line.split(delimiter)


def _delimiter(lines: Sequence[str]) -> str:
    """Returns the delimiter that splits nearly all lines into as many cells, and into the most; "" if there is none."""
    sample = lines[:1000]
    best, most = "", 1
    for delimiter in DELIMITERS:
        count, agreed = Counter(len(cells_of(line, delimiter)) for line in sample).most_common(1)[0]
        if count > most and agreed >= _AGREEMENT * len(sample):
            best, most = delimiter, count
    return best


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Returns whether the first row has names: different words, over columns that mostly hold something else."""
    first, others = rows[0], rows[1:200]
    if not others or len(set(first)) < len(first) or not all(_NAME.fullmatch(cell.strip()) for cell in first):
        return False
    if all(kind_of_cell(cell) == Seen.TEXT for cell in first):
        return any(
            kind_of_cell(row[number]) != Seen.TEXT
            for row in others
            for number in range(len(first))
            if number < len(row) and row[number]
        )
    return False


def _tally(rows: Sequence[Sequence[str]], number: int) -> Tally:
    tally = Tally()
    for row in rows:
        if number < len(row) and row[number]:
            tally.add_cell(row[number])
    return tally
