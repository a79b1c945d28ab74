"""Makes records of lines that stand for themselves: JSON and plain text."""

from abc import ABC, abstractmethod

from ingest.files.bad_lines import BadLineError, BadLines
from ingest.files.keys import FieldKeys, RandomKeys, check_all_json, check_json, check_record, entries_of
from ingest.json_fields import READ_ERRORS
from streams.backends.limits import MAX_RECORD
from streams.core.records import Entry, InvalidRecordError
from streams.sources.tables import Doubtful, decode_line

LINES_AT_ONCE = 1 << 14
NEITHER = "it is neither UTF-8 nor plainly Windows-1252"


class Form(ABC):
    """Makes records of the lines of one file; `most` is the size of the largest record that the stream takes."""

    def __init__(self, bad: BadLines, encoding: str | None) -> None:
        self.most = MAX_RECORD
        self.at_once = LINES_AT_ONCE  # the most lines that `entries` should get
        self._bad = bad
        self._encoding = encoding

    @abstractmethod
    def entries(self, first: int, lines: list[bytes]) -> list[Entry]:
        """Returns the records of lines; `first` is the number of the first line."""

    def rest(self) -> list[Entry]:
        """Returns the records that waited for more lines; called at the end."""
        return []

    def start_again(self) -> None:  # noqa: B027 - only a table has a header
        """Forgets the lines that wait for more: the file begins anew."""


class EachLine(Form):
    """Makes one record of each line but blank ones: all lines at once, or, where one is unusual, line by line."""

    def entries(self, first: int, lines: list[bytes]) -> list[Entry]:
        try:
            joined = b"\n".join(lines)
            if self._encoding:
                joined = joined.decode(self._encoding).encode()
                return self._all(joined.split(b"\n"), joined)
            if not joined.isascii():
                joined.decode()
            return self._all(lines, joined)
        except (BadLineError, InvalidRecordError, *READ_ERRORS):
            pass
        found = []
        for number, line in enumerate(lines, first):
            if line.strip():
                try:
                    found.append(self._one(line))
                except BadLineError as error:
                    self._bad.add(number, error)
        return found

    @abstractmethod
    def _all(self, lines: list[bytes], joined: bytes) -> list[Entry]:
        """Returns the records of lines in UTF-8 that all are as usual. Raises an error otherwise."""

    @abstractmethod
    def _one(self, line: bytes) -> Entry:
        """Returns the record of a line. Raises BadLineError."""


class JsonLines(EachLine):
    """Puts each line byte by byte as it came; it must be one JSON value."""

    def __init__(self, bad: BadLines, encoding: str | None, keys: FieldKeys | RandomKeys) -> None:
        super().__init__(bad, encoding)
        self._keys = keys

    def _all(self, lines: list[bytes], joined: bytes) -> list[Entry]:
        if isinstance(self._keys, FieldKeys):
            return entries_of(self._keys.of_all(lines), lines, self.most)
        check_all_json(lines)
        return entries_of(self._keys.take(len(lines)), lines, self.most)

    def _one(self, line: bytes) -> Entry:
        if self._encoding:
            line = decoded(line, self._encoding).encode()
        if isinstance(self._keys, FieldKeys):
            key = self._keys.of(line)
        else:
            check_json(line)
            [key] = self._keys.take(1)
        check_record(key, line, self.most)
        return key, line


class TextLines(EachLine):
    """Puts each line as it came, in UTF-8; another encoding is rewritten."""

    def __init__(self, bad: BadLines, encoding: str | None, keys: RandomKeys) -> None:
        super().__init__(bad, encoding)
        self._keys = keys

    def _all(self, lines: list[bytes], joined: bytes) -> list[Entry]:
        if b"\0" in joined or not all(map(bytes.strip, lines)):
            raise BadLineError("a line is blank or has a NUL character")
        return entries_of(self._keys.take(len(lines)), lines, self.most)

    def _one(self, line: bytes) -> Entry:
        data = decoded(line, self._encoding).encode()
        [key] = self._keys.take(1)
        check_record(key, data, self.most)
        return key, data


def decoded(line: bytes, encoding: str | None) -> str:
    """Returns the text of a line: in that encoding, else in UTF-8, else in Windows-1252. Raises BadLineError."""
    if encoding is None:
        text = decode_line(line)
        if isinstance(text, Doubtful):
            raise BadLineError(NEITHER, "say --encoding")
    else:
        try:
            text = line.decode(encoding)
            text.encode()
        except UnicodeError:
            raise BadLineError(f"it is not {encoding}") from None
    if "\0" in text:
        raise BadLineError("it has a NUL character")
    return text
