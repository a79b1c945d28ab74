"""Finds the numbers among the cells of a table, column by column."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

Cell = str | msgspec.Raw

MOST_CELL = 32  # characters of a cell that may be a number with its signs
# As a program writes a number; not 007, +1, 1e5 or .5, which are rather codes. At most 15 digits, because readers that
# make doubles of numbers keep so many exactly.
NUMBER = r"-?(?:[1-9][0-9]{0,14}|0|(?=[0-9.]{3,16}$)(?:0|[1-9][0-9]*)\.[0-9]+)"
COMMA_NUMBER = r"-?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:[. \u00a0\u202f][0-9]{3})+)(?:,[0-9]+)?"
_IS_NUMBER = re.compile(NUMBER).fullmatch
_IS_COMMA_NUMBER = re.compile(COMMA_NUMBER).fullmatch
_NUMBERS = re.compile(rf"(?:{NUMBER}$\n?)+", re.MULTILINE).fullmatch
_COMMA_NUMBERS = re.compile(rf"(?:{COMMA_NUMBER}$\n?)+", re.MULTILINE).fullmatch
_HAS_NUMBER = re.compile(r"^-?[0-9]", re.MULTILINE).search
_PLAIN = {ord("."): None, ord(" "): None, 0xA0: None, 0x202F: None, ord(","): "."}  # of thousands, and the comma


@lru_cache(maxsize=1 << 14)
def _typed(cell: str) -> Cell:
    return msgspec.Raw(cell.encode()) if _IS_NUMBER(cell) else cell


@lru_cache(maxsize=1 << 14)
def _comma_typed(cell: str) -> Cell:
    found = _typed(cell.translate(_PLAIN)) if _IS_COMMA_NUMBER(cell) else cell
    return cell if isinstance(found, str) else found


def typed(cells: Sequence[str], *, decimal_comma: bool) -> list[Cell]:
    """Returns the cells, each that is a number as JSON that is written as the cell was, and the others as text."""
    one: Callable[[str], Cell] = _comma_typed if decimal_comma else _typed
    return [one(cell) if len(cell) <= MOST_CELL else cell for cell in cells]


def typed_column(cells: Sequence[str], *, decimal_comma: bool) -> Sequence[Cell]:
    """Returns `typed(cells)`, in few steps where all cells are numbers or none is. No cell has a line break."""
    joined = "\n".join(cells)
    if not _HAS_NUMBER(joined):
        return cells
    if decimal_comma and _COMMA_NUMBERS(joined):
        joined = joined.translate(_PLAIN)
    elif decimal_comma:
        return typed(cells, decimal_comma=True)
    if _NUMBERS(joined):
        return list(map(msgspec.Raw, joined.encode().split(b"\n")))
    return typed(cells, decimal_comma=decimal_comma)
