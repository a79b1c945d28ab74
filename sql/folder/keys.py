"""Reads the values of a TOML file, and refuses wrong ones in sentences with file, table and key."""

from collections.abc import Mapping, Sequence
from typing import Any

from common import toml
from common.text import quoted
from sql.folder.errors import FolderError, hint

FILE_MOST = 1 << 20  # bytes of a TOML file: a thousand columns take a tenth of it


class Table:
    """Holds the values of one table of a file; `place` names it in sentences, such as `application.toml, [schema]`."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self.values = values
        self.place = place

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Raises FolderError for a key that is none of the known ones."""
        for key in self.values:
            if key not in known:
                raise FolderError(f"{self.place}: {quoted(key)} is not known; {hint(key, known)}")

    def text(self, key: str, default: str | None = None, most: int = 128) -> str:
        """Returns a text of at most `most` characters; without a default it is required and not empty."""
        value = self.values.get(key, default)
        if value is None:
            raise self.fault(key, "is missing")
        if not isinstance(value, str):
            raise self.fault(key, "must be a text")
        if len(value) > most:
            raise self.fault(key, f"has {len(value)} characters; it may have {most}")
        if not value and default is None:
            raise self.fault(key, "is empty")
        return value

    def word(self, key: str, words: Sequence[str]) -> str:
        """Returns one of the words; the first is the default."""
        value = self.text(key, words[0])
        if value not in words:
            raise FolderError(f"{self.place}: {key!r} is {quoted(value)}; {hint(value, words)}")
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false")
        return value

    def number(self, key: str, default: int, most: int) -> int:
        """Returns a whole number from 1 to `most`."""
        value = self.values.get(key, default)
        if type(value) is not int or not 1 <= value <= most:
            raise self.fault(key, f"must be a whole number from 1 to {most}")
        return value

    def table(self, key: str) -> "Table":
        """Returns an inner table, an empty one if it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"must be a table, written [{key}]")
        return Table(value, f"{self.place}, [{key}]")

    def tables(self, key: str, most: int) -> list["Table"]:
        """Returns the tables of an array of tables."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.fault(key, f"must be tables, each written [[{key}]]")
        if len(value) > most:
            raise self.fault(key, f"has {len(value)} tables; it may have {most}")
        return [Table(each, f"{self.place}, [[{key}]] {number}") for number, each in enumerate(value, 1)]

    def fault(self, key: str, why: str) -> FolderError:
        """Returns the error for a key."""
        return FolderError(f"{self.place}: {key!r} {why}.")


def parsed(content: bytes, file: str) -> Table:
    """Returns a TOML file's values. Raises FolderError."""
    if len(content) > FILE_MOST:
        raise FolderError(f"{file} has {len(content)} bytes; it may have {FILE_MOST}.")
    try:
        return Table(toml.parsed(content.decode("utf-8-sig")), file)
    except UnicodeDecodeError:
        raise FolderError(f"{file} is not UTF-8.") from None
    except toml.TomlError as error:
        raise FolderError(f"{file} is not TOML: {error}.") from None
