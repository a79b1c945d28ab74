"""Reads the rows of an Excel workbook (.xlsx, ECMA-376) with the standard library, one row in memory at a time.

openpyxl's read-only mode would do the same, but with styles, which are not needed: a date is read from its serial
number. A workbook may be hostile: a document type, and so an entity, is refused, and shared texts and rows are bounded.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from streams.sources.base import SourceError

PART = 1 << 16  # bytes
MAX_SHARED = 1 << 26  # characters of all shared texts
MAX_TEXT = 1 << 15  # characters in a cell, Excel's own limit
MAX_COLUMNS = 1000


class _Reader:
    """Walks over a part of a workbook, and collects texts."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = lambda name, given: self.start(name.rpartition(" ")[2], given)
        self.parser.EndElementHandler = lambda name: self.end(name.rpartition(" ")[2])
        self.parser.CharacterDataHandler = self.data
        self.parser.buffer_text = True
        self.text: list[str] = []
        self.wanted = False

    def _refuse(self, *_: Any) -> None:
        raise SourceError("is a workbook with a document type, which Excel never writes; it is not read.")

    def start(self, name: str, given: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def data(self, text: str) -> None:
        if self.wanted and sum(map(len, self.text)) < MAX_TEXT:
            self.text.append(text)


class _Shared(_Reader):
    """Reads the texts that cells refer to by number."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._size = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "si":
            self.text = []
        self.wanted = self.wanted or name == "t"

    def end(self, name: str) -> None:
        if name == "t":
            self.wanted = False
        if name == "si":
            self.found.append("".join(self.text))
            self._size += len(self.found[-1]) + 1
            if self._size > MAX_SHARED:
                raise SourceError(f"is a workbook with more than {MAX_SHARED:,} characters of text; save it as .csv.")


class _Sheet(_Reader):
    """Reads the rows of a sheet, each with its number."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self.rows: list[tuple[int, list[str]]] = []
        self._shared = shared
        self._number = 0
        self._cells: list[str] = []
        self._kind = ""
        self._column = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self._number = int(given.get("r", self._number + 1))
            self._cells = []
        elif name == "c":
            self._kind = given.get("t", "n")
            self._column = _column(given["r"]) if "r" in given else len(self._cells)
            self.text = []
        elif name in ("v", "t"):
            self.wanted = True

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.wanted = False
        elif name == "c" and self._column < MAX_COLUMNS:
            self._cells += [""] * (self._column - len(self._cells))
            self._cells.append(self._value("".join(self.text)))
        elif name == "row" and any(self._cells):
            self.rows.append((self._number, self._cells))

    def _value(self, text: str) -> str:
        if self._kind == "s" and text:
            return self._shared[int(text)]
        if self._kind == "n" and text:
            number = float(text)
            return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
        return text


def rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, list[str]]]:
    """Yields the number and the cells, as texts, of each row of all sheets, in order. Raises SourceError."""
    try:
        shared = _Shared()
        if "xl/sharedStrings.xml" in archive.namelist():
            for _ in _walk(archive, "xl/sharedStrings.xml", shared):
                pass
        for path in _sheets(archive):
            sheet = _Sheet(shared.found)
            for _ in _walk(archive, path, sheet):
                yield from sheet.rows
                sheet.rows.clear()
    except (expat.ExpatError, KeyError, IndexError, ValueError, OverflowError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"is a workbook that cannot be read: {error}.") from None
    except (RuntimeError, zipfile.BadZipFile) as error:
        raise SourceError(f"is a damaged workbook: {error}.") from None
    finally:
        if archive.fp:
            archive.fp.close()


def _walk(archive: zipfile.ZipFile, path: str, reader: _Reader) -> Iterator[None]:
    with archive.open(path) as file:
        while part := file.read(PART):
            reader.parser.Parse(part, False)  # noqa: FBT003 - expat's own
            yield
        reader.parser.Parse(b"", True)  # noqa: FBT003 - as above
        yield


def _sheets(archive: zipfile.ZipFile) -> list[str]:
    """Returns the paths of the sheets, in the order of the workbook."""
    book = _Tags("sheet", "workbookPr")
    for _ in _walk(archive, "xl/workbook.xml", book):
        pass
    links = _Tags("Relationship")
    for _ in _walk(archive, "xl/_rels/workbook.xml.rels", links):
        pass
    if any(each.get("date1904") in ("1", "true") for name, each in book.found if name == "workbookPr"):
        raise SourceError("is a workbook that counts days from 1904; save it as .csv.")
    targets = {each["Id"]: each["Target"] for _, each in links.found}
    ids = [value for name, each in book.found if name == "sheet" for key, value in each.items() if key.endswith(" id")]
    return [posixpath.normpath(posixpath.join("/xl", targets[each])).lstrip("/") for each in ids]


class _Tags(_Reader):
    """Reads the attributes of some elements."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._names = names
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        if name in self._names and len(self.found) < MAX_COLUMNS:
            self.found.append((name, given))


def _column(reference: str) -> int:
    """Returns the column of a cell such as AB12, from 0."""
    letters = re.match("[A-Z]{1,3}", reference)
    column = 0
    for letter in letters[0] if letters else "":
        column = column * 26 + ord(letter) - 64
    return column - 1
